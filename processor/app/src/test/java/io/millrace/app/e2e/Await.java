package io.millrace.app.e2e;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for conditions with a deadline. */
final class Await {
    private static final long POLL_NANOS = 20_000_000;

    private Await() {}

    /** @throws AssertionError with {@code otherwise} if the condition does not come true within {@code limit} */
    static void until(BooleanSupplier condition, Duration limit, Supplier<String> otherwise) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(otherwise.get());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
