package io.millrace.app.plugin;

import io.millrace.api.Processor;
import io.millrace.config.DidYouMean;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory with custom code: each jar in it is a plugin, and each sub-directory with jars is one. All that goes wrong is an
 * {@link IllegalArgumentException} with a message for the job's author.
 */
final class PluginPath {
    private static final int MAX_LISTED = 10;

    private final Path directory;
    private @Nullable List<Plugin> plugins;

    PluginPath(Path directory) {
        this.directory = directory;
    }

    /**
     * Finds a class and checks that it can be used, by making an object of it.
     *
     * @return makes an object of it
     * @throws IllegalArgumentException if there is no such class, or it is of no use
     */
    Supplier<Processor> find(String className) {
        List<Plugin> having =
                plugins().stream().filter(plugin -> plugin.has(className)).toList();
        if (having.isEmpty()) {
            throw missing(className);
        }
        if (having.size() > 1) {
            throw new IllegalArgumentException("class " + className + " is in "
                    + having.stream().map(Plugin::name).collect(Collectors.joining(" and in "))
                    + " below " + directory.toAbsolutePath() + "; leave it in one of them");
        }
        Plugin plugin = having.get(0);
        Constructor<? extends Processor> constructor = constructor(className, load(plugin, className));
        make(className, constructor);
        return () -> make(className, constructor);
    }

    private List<Plugin> plugins() {
        if (plugins == null) {
            plugins = scan();
        }
        return plugins;
    }

    private List<Plugin> scan() {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("there is no directory " + directory.toAbsolutePath()
                    + " to look for the class in; put its jar there, or name another under runtime: plugin.path");
        }
        ApiLoader api = new ApiLoader(PluginPath.class.getClassLoader());
        List<Plugin> found = new ArrayList<>();
        try {
            for (Path entry : list(directory)) {
                List<Path> jars = Files.isDirectory(entry)
                        ? list(entry).stream().filter(PluginPath::isJar).toList()
                        : isJar(entry) ? List.of(entry) : List.of();
                if (!jars.isEmpty()) {
                    found.add(new Plugin(String.valueOf(entry.getFileName()), jars, api));
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the plugins in " + directory.toAbsolutePath() + " cannot be read: " + e, e);
        }
        return found;
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    private static boolean isJar(Path file) {
        return file.toString().endsWith(".jar") && Files.isRegularFile(file);
    }

    private IllegalArgumentException missing(String className) {
        List<String> names = plugins().stream()
                .flatMap(plugin -> plugin.processors().stream())
                .toList();
        String hint = DidYouMean.hint(className, names);
        if (hint == null) {
            // The package is easily left out.
            hint = names.stream()
                    .filter(name -> name.endsWith("." + className))
                    .map(name -> "did you mean '" + name + "'?")
                    .findFirst()
                    .orElse(null);
        }
        String looked = plugins().isEmpty()
                ? "there is no jar"
                : "looked in " + plugins().stream().map(Plugin::name).collect(Collectors.joining(", "));
        String has = names.isEmpty()
                ? "no class there implements io.millrace.api.Processor"
                : "there are: " + names.stream().limit(MAX_LISTED).collect(Collectors.joining(", "))
                        + (names.size() > MAX_LISTED ? ", …" : "");
        return new IllegalArgumentException("no class " + className + (hint == null ? "; " : ", " + hint + " ") + looked
                + " below " + directory.toAbsolutePath() + "; " + has);
    }

    private static Class<?> load(Plugin plugin, String className) {
        try {
            return plugin.load(className);
        } catch (UnsupportedClassVersionError e) {
            throw new IllegalArgumentException(
                    "class " + className + " in " + plugin.name() + " was compiled for Java "
                            + plugin.javaVersionOf(className) + ", but this is Java "
                            + Runtime.version().feature()
                            + "; compile it with --release " + Runtime.version().feature() + ", or run a newer Java",
                    e);
        } catch (NoClassDefFoundError e) {
            throw new IllegalArgumentException(
                    "class " + className + " needs "
                            + String.valueOf(e.getMessage()).replace('/', '.')
                            + ", which is not in " + plugin.name()
                            + "; put the jars that it needs beside it into a directory of its own, or all into one jar",
                    e);
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new IllegalArgumentException(
                    "class " + className + " in " + plugin.name() + " cannot be loaded: " + e, e);
        }
    }

    private static Constructor<? extends Processor> constructor(String className, Class<?> type) {
        if (!Processor.class.isAssignableFrom(type)) {
            throw new IllegalArgumentException(
                    "class " + className + " is no processor; let it implement io.millrace.api.Processor");
        }
        if (!Modifier.isPublic(type.getModifiers()) || Modifier.isAbstract(type.getModifiers())) {
            throw new IllegalArgumentException("class " + className + " must be public and not abstract");
        }
        try {
            return type.asSubclass(Processor.class).getConstructor();
        } catch (NoSuchMethodException | LinkageError e) {
            throw new IllegalArgumentException(
                    "class " + className + " has no public constructor without parameters; give it one, and read its"
                            + " settings from the step's config",
                    e);
        }
    }

    private static Processor make(String className, Constructor<? extends Processor> constructor) {
        try {
            return constructor.newInstance();
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "the constructor of class " + className + " has thrown " + e.getCause()
                            + "; let it do nothing, and get ready in open",
                    e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("class " + className + " cannot be made an object of: " + e, e);
        }
    }
}
