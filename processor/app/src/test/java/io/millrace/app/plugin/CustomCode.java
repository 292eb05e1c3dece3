package io.millrace.app.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Processor;
import io.millrace.serde.RowType;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;

/** Compiles custom code into jars, against what a user's build would compile it against. */
public final class CustomCode {
    private static final Path EXAMPLE = Path.of("../../examples/custom-code");
    private static final Path EXAMPLE_TARGET = EXAMPLE.resolve("target");

    private CustomCode() {}

    /** The directory with the example's jar as its own build has left it, or with one made here if it was not built. */
    public static Path exampleTarget() throws IOException {
        Path jar = EXAMPLE_TARGET.resolve("abandoned-carts.jar");
        if (!Files.exists(jar)) {
            try (Stream<Path> files = Files.walk(EXAMPLE.resolve("src/main/java"))) {
                String[] sources = files.filter(file -> file.toString().endsWith(".java"))
                        .map(CustomCode::read)
                        .toArray(String[]::new);
                jar(jar, sources);
            }
        }
        return EXAMPLE_TARGET;
    }

    /** Makes a jar of Java sources, each with one public class whose name follows from its text. */
    static Path jar(Path jar, String... sources) throws IOException {
        Path classes = Files.createTempDirectory("classes");
        List<Source> files = Arrays.stream(sources).map(Source::new).toList();
        List<String> options = new ArrayList<>(List.of("-proc:none", "--release", "17", "-d", classes.toString()));
        options.add("-cp");
        options.add(String.join(
                java.io.File.pathSeparator,
                location(Processor.class),
                location(RowType.class),
                location(NullMarked.class)));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        boolean compiled =
                compiler.getTask(messages, null, null, options, null, files).call();
        assertThat(compiled).as(messages.toString()).isTrue();
        Files.createDirectories(jar.toAbsolutePath().getParent());
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out);
                Stream<Path> walk = Files.walk(classes)) {
            for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
                entries.putNextEntry(
                        new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
                entries.write(Files.readAllBytes(file));
            }
        }
        return jar;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///" + pathOf(text)), Kind.SOURCE);
            this.text = text;
        }

        /** com/acme/Foo.java */
        private static String pathOf(String text) {
            String name = text.replaceAll("(?s).*?\\b(?:class|interface) (\\w+).*", "$1");
            if (name.equals(text)) {
                name = "package-info";
            }
            return text.replaceAll("(?s).*?\\bpackage ([\\w.]+);.*", "$1").replace('.', '/') + "/" + name + ".java";
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
