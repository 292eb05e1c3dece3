package io.millrace.runtime;

import io.millrace.engine.TaskId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * A worker's request to the restorer to bring one task's state up to its last checkpoint. While it is out, the state belongs to the
 * restorer; the seat that comes back gives it to the worker. The hand-over in both directions is the future's.
 */
final class RestoreTicket {
    private final TaskId task;
    private @Nullable TaskSeat earlier;
    private final CompletableFuture<TaskSeat> result = new CompletableFuture<>();
    private volatile boolean cancelled;
    private volatile Progress progress = Progress.NONE;
    private @Nullable String rebuildReason;
    private int waits;

    /** @param earlier the seat of a task that is rolled back, with its open state; null if the state is still to be opened */
    RestoreTicket(TaskId task, @Nullable TaskSeat earlier) {
        this.task = task;
        this.earlier = earlier;
    }

    TaskId task() {
        return task;
    }

    @Nullable
    TaskSeat earlier() {
        return earlier;
    }

    /** The earlier seat is closed and of no use. Only the restorer calls it. */
    void forgetEarlier() {
        earlier = null;
    }

    boolean isDone() {
        return result.isDone();
    }

    /** The seat, once {@link #isDone}. @throws RuntimeException why there is none; the state is closed then */
    TaskSeat seat() {
        try {
            return result.get(0, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("task " + task + " is not restored yet", e);
        }
    }

    /**
     * Gives the task up. Returns at once: a restoration that is under way is closed by the restorer, with its next step, and until then
     * the restorer does not open the task again.
     *
     * @return whether the task had been restored, and its seat was closed here
     */
    boolean cancel() {
        cancelled = true;
        if (result.completeExceptionally(new IllegalStateException("task " + task + " was given up"))) {
            return false;
        }
        TaskSeat seat = result.exceptionally(error -> null).join();
        if (seat != null) {
            seat.close();
        }
        return seat != null;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** How far it is. Callable from any thread. */
    Progress progress() {
        return progress;
    }

    /** Only the restorer calls it. */
    void progress(Progress now) {
        progress = now;
    }

    /** The state that there is, open or not, is of no use: it is to be removed first. Not to be called by two threads. */
    void rebuild(String reason) {
        rebuildReason = reason;
    }

    /** Why what there is must not be used, or null; forgets it. Only the restorer calls it. */
    @Nullable
    String takeRebuildReason() {
        String reason = rebuildReason;
        rebuildReason = null;
        return reason;
    }

    /** Counts that it could not be taken up yet, and returns the count. Only the restorer calls it. */
    int waited() {
        return ++waits;
    }

    /** Hands the seat over; false if the task has been given up meanwhile, and the seat is still the restorer's. */
    boolean complete(TaskSeat seat) {
        return result.complete(seat);
    }

    void fail(RuntimeException error) {
        result.completeExceptionally(error);
    }

    /**
     * How far a restoration is.
     *
     * @param done changelog offsets that have been passed, of which not every one is a record
     * @param total those that there are to pass; 0 if that is not known yet, or nothing is missing
     * @param bytes of keys and values that were read
     * @param waitsFor what keeps it from going on, or null
     */
    record Progress(
            long done, long total, long bytes, @Nullable String waitsFor) {
        static final Progress NONE = new Progress(0, 0, 0, null);

        long remaining() {
            return total - done;
        }

        /** Going by the size of what was read so far; 0 if nothing was. */
        long remainingBytes() {
            return done == 0 ? 0 : Math.round((double) bytes / done * remaining());
        }

        /** Whole percents; 0 also if nothing is known, or nothing missing: the task is about to be ready then. */
        int percent() {
            return total == 0 ? 0 : (int) (done * 100 / total);
        }

        /** Of both together. */
        Progress plus(Progress other) {
            return new Progress(done + other.done, total + other.total, bytes + other.bytes, null);
        }

        Progress waitingFor(@Nullable String what) {
            return new Progress(done, total, bytes, what);
        }
    }
}
