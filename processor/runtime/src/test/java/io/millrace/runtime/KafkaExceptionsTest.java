package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

/**
 * The reaction to every unchecked exception that the Kafka client on the class path can throw. The table is {@code kafka-exceptions.txt};
 * when an upgrade brings an exception that is not in it, think its reaction through and add the line.
 */
class KafkaExceptionsTest {
    private static final String PACKAGE = "org.apache.kafka.";
    private static final Set<String> WRITTEN_FOR_OTHERS = Set.of(".shaded.", ".internals.");

    @Test
    void every_exception_of_the_client_has_a_row_and_every_row_has_an_exception() throws Exception {
        assertThat(new TreeSet<>(table().keySet())).isEqualTo(exceptions());
    }

    @Test
    void every_exception_gets_the_reaction_of_its_row() throws Exception {
        Map<String, String> actual = new TreeMap<>();
        for (String name : exceptions()) {
            actual.put(name, Reaction.of(load(PACKAGE + name)).name());
        }
        assertThat(actual).isEqualTo(table());
    }

    private static Map<String, String> table() throws IOException {
        InputStream table =
                Objects.requireNonNull(KafkaExceptionsTest.class.getResourceAsStream("kafka-exceptions.txt"));
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(table, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.strip().split("\\s+"))
                    .collect(Collectors.toMap(
                            words -> words[1], words -> words[0], (a, b) -> a + " and " + b, TreeMap::new));
        }
    }

    /** The names of all public, concrete, unchecked ones, without the common part of their packages. */
    private static Set<String> exceptions() throws IOException, ClassNotFoundException, URISyntaxException {
        Set<String> found = new TreeSet<>();
        File client = new File(KafkaException.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (JarFile jar = new JarFile(client)) {
            for (String entry : jar.stream().map(Object::toString).toList()) {
                String name = entry.replace('/', '.');
                if (name.startsWith(PACKAGE)
                        && name.endsWith(".class")
                        && WRITTEN_FOR_OTHERS.stream().noneMatch(name::contains)) {
                    Class<?> type = load(name.substring(0, name.length() - ".class".length()));
                    if (isThrown(type)) {
                        found.add(type.getName().substring(PACKAGE.length()));
                    }
                }
            }
        }
        return found;
    }

    private static boolean isThrown(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && !Modifier.isAbstract(type.getModifiers())
                && (RuntimeException.class.isAssignableFrom(type) || Error.class.isAssignableFrom(type));
    }

    private static Class<?> load(String name) throws ClassNotFoundException {
        return Class.forName(name, false, KafkaExceptionsTest.class.getClassLoader());
    }
}
