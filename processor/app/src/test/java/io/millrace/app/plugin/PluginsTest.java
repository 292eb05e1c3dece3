package io.millrace.app.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Processor;
import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.plan.ProcessDefinition;
import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PluginsTest {
    private static final RowType CART_EVENTS = RowType.of(
            new Column("user_id", Scalar.STRING),
            new Column("action", Scalar.STRING),
            new Column("item", Scalar.STRING),
            new Column("ts", Scalar.TIMESTAMP_LTZ));
    private static final String HEAD = "package com.acme; import io.millrace.api.*; ";
    private static final String BODY = " implements Processor { public void process(RowView row, Emitter out) {} ";

    @TempDir
    private Path directory;

    @Test
    void the_example_is_found_in_its_jar_and_says_what_it_gives() throws IOException {
        Path target = CustomCode.exampleTarget();
        ProcessDefinition carts = Plugins.in(target)
                .open(step("com.acme.carts.AbandonedCarts", List.of("user_id"), Map.of("timeout", "30m")), CART_EVENTS);
        assertThat(carts.output().names()).containsExactly("user_id", "filled_at", "items");
        assertThat(carts.sides()).containsEntry("unexpected", CART_EVENTS);
        assertThat(carts.configKeys()).containsExactly("timeout");
        assertThat(carts.takesUpdates()).isFalse();
        Processor code =
                new PluginPath(target).find("com.acme.carts.AbandonedCarts").get();
        assertThat(code.getClass().getClassLoader()).isNotSameAs(Processor.class.getClassLoader());
    }

    @Test
    void a_plugin_sees_java_the_api_and_its_own_classes_only() throws Exception {
        jar("own", HEAD + "public class Own" + BODY + "}", "package picocli; public class CommandLine {}");
        ClassLoader loader = find("com.acme.Own").getClass().getClassLoader();
        assertThat(loader.loadClass("picocli.CommandLine").getClassLoader()).isSameAs(loader);
        assertThat(loader.loadClass("io.millrace.serde.Row")).isSameAs(io.millrace.serde.Row.class);
        assertThat(loader.loadClass("java.sql.Connection")).isNotNull();
        assertThatThrownBy(() -> loader.loadClass("org.apache.kafka.clients.consumer.Consumer"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThatThrownBy(() -> loader.loadClass("io.millrace.engine.operator.Operator"))
                .isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void the_jars_of_a_directory_are_one_plugin_and_those_of_others_are_not() throws Exception {
        CustomCode.jar(directory.resolve("with-library/code.jar"), HEAD + "public class Code" + BODY + "}");
        CustomCode.jar(directory.resolve("with-library/library.jar"), "package org.lib; public class Lib {}");
        jar("other", HEAD + "public class Other" + BODY + "}");
        Files.createDirectory(directory.resolve("no-plugin"));
        assertThat(find("com.acme.Code").getClass().getClassLoader().loadClass("org.lib.Lib"))
                .isNotNull();
        ClassLoader other = find("com.acme.Other").getClass().getClassLoader();
        assertThatThrownBy(() -> other.loadClass("org.lib.Lib")).isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void a_directory_that_is_missing_or_empty_is_named() {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> new PluginPath(missing).find("com.acme.Foo"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no directory " + missing + " to look for the class in; put its jar there, or name"
                        + " another under runtime: plugin.path");
        assertThatThrownBy(() -> find("com.acme.Foo"))
                .hasMessage("no class com.acme.Foo; there is no jar below " + directory
                        + "; no class there implements io.millrace.api.Processor");
    }

    @Test
    void a_class_that_is_not_found_is_guessed() throws IOException {
        jar("a", HEAD + "public class Foo" + BODY + "}", HEAD + "public class Unrelated {}");
        jar("b", HEAD + "public class Bar" + BODY + "}");
        String rest = "looked in a.jar, b.jar below " + directory + "; there are: com.acme.Foo, com.acme.Bar";
        assertThatThrownBy(() -> find("com.acme.Fou"))
                .hasMessage("no class com.acme.Fou, did you mean 'com.acme.Foo'? " + rest);
        assertThatThrownBy(() -> find("Bar")).hasMessage("no class Bar, did you mean 'com.acme.Bar'? " + rest);
        assertThatThrownBy(() -> find("org.else.Where")).hasMessage("no class org.else.Where; " + rest);
    }

    @Test
    void a_class_in_two_plugins_is_refused() throws IOException {
        jar("a", HEAD + "public class Foo" + BODY + "}");
        CustomCode.jar(directory.resolve("b/code.jar"), HEAD + "public class Foo" + BODY + "}");
        assertThatThrownBy(() -> find("com.acme.Foo"))
                .hasMessage("class com.acme.Foo is in a.jar and in b below " + directory + "; leave it in one of them");
    }

    @Test
    void a_class_that_is_of_no_use_says_why() throws IOException {
        jar(
                "bad",
                HEAD + "public class None {}",
                HEAD + "public abstract class Abstract" + BODY + "}",
                HEAD + "public class Hidden" + BODY + "private Hidden() {} }",
                HEAD + "public class Argument" + BODY + "public Argument(int n) {} }",
                HEAD + "public class Throwing" + BODY + "public Throwing() { throw new RuntimeException(\"no\"); } }");
        assertThatThrownBy(() -> find("com.acme.None"))
                .hasMessage("class com.acme.None is no processor; let it implement io.millrace.api.Processor");
        assertThatThrownBy(() -> find("com.acme.Abstract"))
                .hasMessage("class com.acme.Abstract must be public and not abstract");
        for (String name : List.of("Hidden", "Argument")) {
            assertThatThrownBy(() -> find("com.acme." + name))
                    .hasMessage("class com.acme." + name + " has no public constructor without parameters; give it one,"
                            + " and read its settings from the step's config");
        }
        assertThatThrownBy(() -> find("com.acme.Throwing"))
                .hasMessage(
                        "the constructor of class com.acme.Throwing has thrown java.lang.RuntimeException: no; let it"
                                + " do nothing, and get ready in open");
    }

    @Test
    void a_library_that_was_left_out_is_named() throws IOException {
        Path both = CustomCode.jar(
                directory.resolve("elsewhere/x.jar"),
                "package org.lib; public class Base {}",
                HEAD + "public class Uses extends org.lib.Base" + BODY + "}");
        copyWithout(both, directory.resolve("uses.jar"), "org/lib/Base.class");
        Files.delete(both);
        assertThatThrownBy(() -> find("com.acme.Uses"))
                .hasMessage(
                        "class com.acme.Uses needs org.lib.Base, which is not in uses.jar; put the jars that it needs"
                                + " beside it into a directory of its own, or all into one jar");
    }

    @Test
    void a_class_for_a_newer_java_says_which() throws IOException {
        Path jar = jar("new", HEAD + "public class New" + BODY + "}");
        byte[] bytes;
        try (java.util.jar.JarFile file = new java.util.jar.JarFile(jar.toFile())) {
            bytes = file.getInputStream(file.getEntry("com/acme/New.class")).readAllBytes();
        }
        bytes[7] = (byte) (44 + 99);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("com/acme/New.class"));
            out.write(bytes);
        }
        int here = Runtime.version().feature();
        assertThatThrownBy(() -> find("com.acme.New"))
                .hasMessage("class com.acme.New in new.jar was compiled for Java 99, but this is Java " + here
                        + "; compile it with --release " + here + ", or run a newer Java");
    }

    @Test
    void a_file_that_is_no_jar_is_named() throws IOException {
        Path broken = Files.writeString(directory.resolve("broken.jar"), "text");
        assertThatThrownBy(() -> find("com.acme.Foo"))
                .hasMessageStartingWith("the plugin " + broken + " cannot be read: ");
    }

    @Test
    void a_step_that_does_not_fit_its_class_is_an_error() throws IOException {
        assertThatThrownBy(() -> openCarts(List.of("user_id"), Map.of("timeuot", "30m")))
                .hasMessage("com.acme.carts.AbandonedCarts: timeout is missing: add it to the step's config; is it what"
                        + " 'timeuot' should be?");
        assertThatThrownBy(() -> openCarts(List.of("user_id"), Map.of("timeout", "long")))
                .hasMessage(
                        "com.acme.carts.AbandonedCarts: timeout must be a duration such as 500ms, 10s, 5m, 1h30m or 7d");
        assertThatThrownBy(() -> openCarts(List.of(), Map.of("timeout", "30m")))
                .hasMessage(
                        "com.acme.carts.AbandonedCarts needs a key; give the step by: with the columns that its state"
                                + " and timers go by");
        String declare =
                "public Declaration declare(io.millrace.serde.RowType input, Configuration config) { throw new ";
        jar(
                "declaring",
                HEAD + "public class Picky" + BODY + declare + "IllegalArgumentException(\"no column \\\"x\\\"\"); } }",
                HEAD + "public class Broken" + BODY + declare + "IllegalStateException(\"oops\"); } }");
        assertThatThrownBy(() -> Plugins.in(directory).open(step("com.acme.Picky", List.of(), Map.of()), CART_EVENTS))
                .hasMessage("com.acme.Picky: no column \"x\"");
        assertThatThrownBy(() -> Plugins.in(directory).open(step("com.acme.Broken", List.of(), Map.of()), CART_EVENTS))
                .hasMessage("com.acme.Broken: declare has thrown java.lang.IllegalStateException: oops");
    }

    private static void openCarts(List<String> by, Map<String, String> config) throws IOException {
        Plugins.in(CustomCode.exampleTarget()).open(step("com.acme.carts.AbandonedCarts", by, config), CART_EVENTS);
    }

    private static JobSpec.Process step(String className, List<String> by, Map<String, String> config) {
        Map<Text, Text> written = new LinkedHashMap<>();
        config.forEach((key, value) -> written.put(Text.of(key), Text.of(value)));
        return new JobSpec.Process(
                Text.of("process"),
                Text.of("custom"),
                Text.of(className),
                by.stream().map(Text::of).toList(),
                written,
                Map.of(Text.of("unexpected"), Text.of("sink")));
    }

    private Path jar(String name, String... sources) throws IOException {
        return CustomCode.jar(directory.resolve(name + ".jar"), sources);
    }

    private Processor find(String className) {
        return new PluginPath(directory).find(className).get();
    }

    private static void copyWithout(Path jar, Path copy, String entry) throws IOException {
        try (java.util.jar.JarFile file = new java.util.jar.JarFile(jar.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(copy))) {
            for (java.util.jar.JarEntry each : java.util.Collections.list(file.entries())) {
                if (!each.getName().equals(entry)) {
                    out.putNextEntry(new ZipEntry(each.getName()));
                    out.write(file.getInputStream(each).readAllBytes());
                }
            }
        }
    }
}
