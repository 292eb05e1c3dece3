package io.millrace.app.plugin;

import java.util.List;

/** All that plugins see of this process: Java itself, and the packages that custom code is written against. */
final class ApiLoader extends ClassLoader {
    private static final List<String> SHARED =
            List.of("io.millrace.api.", "io.millrace.serde.", "org.jspecify.annotations.");

    private final ClassLoader own;

    ApiLoader(ClassLoader own) {
        super("millrace-api", ClassLoader.getPlatformClassLoader());
        this.own = own;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (SHARED.stream().anyMatch(name::startsWith)) {
            return own.loadClass(name);
        }
        throw new ClassNotFoundException(name);
    }
}
