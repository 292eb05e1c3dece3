package io.millrace.app.plugin;

import io.millrace.api.Processor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/**
 * A jar, or a directory of jars, with a class loader of its own. The loader stays open as long as the process lives: tasks may be made of its classes at any time.
 */
final class Plugin {
    private static final String CLASS = ".class";
    private static final byte[] API = "io/millrace/api/".getBytes(StandardCharsets.ISO_8859_1);
    private static final int MAJOR_AT = 6;
    private static final int JAVA_1 = 44;

    private final String name;
    private final List<Path> jars;
    private final ClassLoader loader;

    Plugin(String name, List<Path> jars, ClassLoader api) {
        this.name = name;
        this.jars = List.copyOf(jars);
        this.loader = new URLClassLoader("plugin " + name, urls(jars), api);
    }

    /** The jar's or the directory's name. */
    String name() {
        return name;
    }

    boolean has(String className) {
        return bytesOf(className) != null;
    }

    /** @throws ReflectiveOperationException or a LinkageError as {@link ClassLoader#loadClass} does */
    Class<?> load(String className) throws ReflectiveOperationException {
        return Class.forName(className, true, loader);
    }

    /** The Java version that a class of this plugin was compiled for. */
    int javaVersionOf(String className) {
        byte[] bytes = bytesOf(className);
        if (bytes == null || bytes.length < MAJOR_AT + 2) {
            return 0;
        }
        return (Byte.toUnsignedInt(bytes[MAJOR_AT]) << Byte.SIZE | Byte.toUnsignedInt(bytes[MAJOR_AT + 1])) - JAVA_1;
    }

    /** The names of the classes that could be named in a job. Costs a look into every class: for messages only. */
    List<String> processors() {
        TreeSet<String> names = new TreeSet<>();
        for (Path jar : jars) {
            try (JarFile file = new JarFile(jar.toFile())) {
                for (JarEntry entry : Collections.list(file.entries())) {
                    String path = entry.getName();
                    if (path.endsWith(CLASS) && mentionsApi(file, entry)) {
                        String className = path.substring(0, path.length() - CLASS.length())
                                .replace('/', '.');
                        if (isProcessor(className)) {
                            names.add(className);
                        }
                    }
                }
            } catch (IOException e) {
                throw unreadable(jar, e);
            }
        }
        return new ArrayList<>(names);
    }

    private static boolean mentionsApi(JarFile file, JarEntry entry) throws IOException {
        try (InputStream in = file.getInputStream(entry)) {
            byte[] bytes = in.readAllBytes();
            for (int at = 0; at + API.length <= bytes.length; at++) {
                int same = 0;
                while (same < API.length && bytes[at + same] == API[same]) {
                    same++;
                }
                if (same == API.length) {
                    return true;
                }
            }
            return false;
        }
    }

    private boolean isProcessor(String className) {
        try {
            Class<?> type = Class.forName(className, false, loader);
            return Processor.class.isAssignableFrom(type) && !type.isInterface();
        } catch (ClassNotFoundException | LinkageError e) {
            // It cannot be used, so it is not what was meant.
            return false;
        }
    }

    private byte @Nullable [] bytesOf(String className) {
        String path = className.replace('.', '/') + CLASS;
        for (Path jar : jars) {
            try (JarFile file = new JarFile(jar.toFile())) {
                JarEntry entry = file.getJarEntry(path);
                if (entry != null) {
                    try (InputStream in = file.getInputStream(entry)) {
                        return in.readAllBytes();
                    }
                }
            } catch (IOException e) {
                throw unreadable(jar, e);
            }
        }
        return null;
    }

    private static IllegalArgumentException unreadable(Path jar, IOException e) {
        return new IllegalArgumentException("the plugin " + jar + " cannot be read: " + e.getMessage(), e);
    }

    private static URL[] urls(List<Path> jars) {
        URL[] urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            try {
                urls[i] = jars.get(i).toUri().toURL();
            } catch (MalformedURLException e) {
                throw new UncheckedIOException(e);
            }
        }
        return urls;
    }
}
