package io.millrace.simulation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** An object with some of its calls answered by somebody else. */
final class Intercepted {
    private Intercepted() {}

    /** Answers a call, perhaps by passing it on. */
    @FunctionalInterface
    interface Handler {
        @Nullable
        Object handle(Call call) throws Throwable;
    }

    /** A call on its way to the real object. */
    record Call(Object real, Method method, @Nullable Object[] arguments) {
        boolean is(String name) {
            return method.getName().equals(name);
        }

        @Nullable
        Object argument(int index) {
            return arguments[index];
        }

        /** The same call with another argument. */
        Call with(int index, Object argument) {
            @Nullable Object[] changed = arguments.clone();
            changed[index] = argument;
            return new Call(real, method, changed);
        }

        @Nullable
        Object pass() throws Throwable {
            try {
                return method.invoke(real, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    static <T> T of(Class<T> type, T real, Handler handler) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> handler.handle(
                        new Call(real, method, arguments == null ? new Object[0] : arguments))));
    }
}
