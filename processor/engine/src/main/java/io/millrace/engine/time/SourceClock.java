package io.millrace.engine.time;

/**
 * Event time of one source partition: the largest time seen less the declared lag, and whether the partition has fallen silent.
 *
 * <p>Silence is measured on a clock given by the caller, which stands still while the partition's records could not have been read
 * (backpressure, restore), so that a busy worker does not take its own slowness for silence.
 */
public final class SourceClock {
    private final long lagMs;
    private final long idleMs;
    private long maxTimeMs;
    private ChannelStatus status = ChannelStatus.ACTIVE;
    private long silentMs;

    /** @param watermarkMs where an earlier run had left it, or {@link Watermarks#NONE} */
    public SourceClock(long lagMs, long idleMs, long watermarkMs, ChannelStatus status) {
        this.lagMs = lagMs;
        this.idleMs = idleMs;
        this.maxTimeMs = watermarkMs == Watermarks.NONE ? Watermarks.NONE : saturatedAdd(watermarkMs, lagMs);
        this.status = status;
    }

    /** A row with this event time was read. */
    public void observe(long timeMs) {
        if (timeMs > maxTimeMs) {
            maxTimeMs = timeMs;
        }
        silentMs = 0;
        if (status == ChannelStatus.IDLE) {
            status = ChannelStatus.ACTIVE;
        }
    }

    /** Time has come to this watermark although no row has said so. */
    public void advanceTo(long watermarkMs) {
        observe(saturatedAdd(watermarkMs, lagMs));
    }

    /** The partition could have delivered for this long and did not. */
    public void silentFor(long elapsedMs) {
        if (status != ChannelStatus.ACTIVE) {
            return;
        }
        silentMs += elapsedMs;
        if (silentMs >= idleMs) {
            status = ChannelStatus.IDLE;
        }
    }

    /** The partition was read to the end of a bounded run. */
    public void end() {
        status = ChannelStatus.END;
    }

    public ChannelStatus status() {
        return status;
    }

    /** {@link Watermarks#NONE} before the first row. */
    public long watermarkMs() {
        return maxTimeMs == Watermarks.NONE ? Watermarks.NONE : saturatedAdd(maxTimeMs, -lagMs);
    }

    private static long saturatedAdd(long a, long b) {
        long sum = a + b;
        if (((a ^ sum) & (b ^ sum)) < 0) {
            return a < 0 ? Watermarks.NONE + 1 : Watermarks.MAX - 1;
        }
        return sum;
    }
}
