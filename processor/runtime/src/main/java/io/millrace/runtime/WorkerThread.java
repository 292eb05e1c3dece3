package io.millrace.runtime;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Drives one worker until it is told to stop or the worker cannot go on. It decides nothing else. */
final class WorkerThread extends Thread {
    private static final long WAIT_NANOS = 10_000_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Worker worker;
    private volatile boolean stopping;
    private volatile boolean leave;
    private volatile @Nullable Throwable failure;

    WorkerThread(Worker worker, int number) {
        super("millrace-worker-" + number);
        this.worker = worker;
    }

    @Override
    public void run() {
        try {
            while (!stopping) {
                worker.runOnce();
                if (worker.isWaiting()) {
                    LockSupport.parkNanos(this, WAIT_NANOS);
                }
            }
        } catch (Throwable e) {
            failure = e;
        } finally {
            try {
                worker.close(leave, CLOSE_TIMEOUT);
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
    }

    /**
     * Asks for the end. Returns at once.
     *
     * @param leaveGroup whether the worker's tasks should move elsewhere without delay
     */
    void stop(boolean leaveGroup) {
        leave = leaveGroup;
        stopping = true;
    }

    /** Why the thread ended, or null. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    Worker worker() {
        return worker;
    }
}
