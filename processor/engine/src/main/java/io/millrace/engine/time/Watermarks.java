package io.millrace.engine.time;

import java.util.ArrayList;
import java.util.List;

/**
 * The watermark of a task: the minimum over its channels, which are source partitions and upstream tasks.
 *
 * <p>An idle channel leaves the minimum; when it wakes it counts again only once it has reached the current output, so that the
 * output never has to go back. When all channels are idle the output goes to the maximum seen, and the whole is idle. An ended channel
 * no longer holds anything back; when all have ended, time is over. The output never decreases.
 *
 * <p>The rules follow those of Flink's status watermark valve.
 */
public final class Watermarks {
    /** The watermark before anything is known. */
    public static final long NONE = Long.MIN_VALUE;

    /** The watermark when time is over. */
    public static final long MAX = Long.MAX_VALUE;

    private final List<Channel> channels = new ArrayList<>();
    private long outputMs = NONE;
    private ChannelStatus status = ChannelStatus.ACTIVE;
    private boolean stale = true;

    /** Adds a channel at {@link #NONE}, active: it holds everything back until it is heard of. Returns its number. */
    public int addChannel() {
        channels.add(new Channel());
        stale = true;
        return channels.size() - 1;
    }

    public int channelCount() {
        return channels.size();
    }

    /** A channel's own watermark never goes back; an earlier one is ignored. */
    public void update(int number, long watermarkMs, ChannelStatus newStatus) {
        Channel channel = channels.get(number);
        if (channel.status == ChannelStatus.IDLE && newStatus == ChannelStatus.ACTIVE) {
            channel.aligned = false;
        }
        channel.status = newStatus;
        channel.watermarkMs = Math.max(channel.watermarkMs, watermarkMs);
        stale = true;
    }

    /** Continues a channel that an earlier run had left like this; call it before {@link #resumeAt}, and before anything is read. */
    public void resume(int number, Progress.Channel left) {
        update(number, left.watermarkMs(), left.status());
        channels.get(number).aligned = !left.waiting();
    }

    /** What {@link #resume} needs. */
    public Progress.Channel progress(int number) {
        // Whether a channel has reached the output is only found out with it.
        combine();
        Channel channel = channels.get(number);
        boolean waiting = channel.status == ChannelStatus.ACTIVE && !channel.aligned;
        return new Progress.Channel(channel.watermarkMs, channel.status, waiting);
    }

    /** Raises the output to at least this: what had been reached before a restart. */
    public void resumeAt(long watermarkMs) {
        outputMs = Math.max(outputMs, watermarkMs);
        stale = true;
    }

    public long channelWatermarkMs(int number) {
        return channels.get(number).watermarkMs;
    }

    public ChannelStatus channelStatus(int number) {
        return channels.get(number).status;
    }

    /** The combined watermark. */
    public long outputMs() {
        combine();
        return outputMs;
    }

    /** The combined status. */
    public ChannelStatus status() {
        combine();
        return status;
    }

    /**
     * The number of the channel that holds the output back, or -1 if none does: the slowest of those that count; where none counts, the
     * one among those that have woken that has the least way to go to the output.
     */
    public int holdingBack() {
        combine();
        int slowest = -1;
        int nearest = -1;
        for (int i = 0; i < channels.size(); i++) {
            Channel channel = channels.get(i);
            if (channel.status != ChannelStatus.ACTIVE) {
                continue;
            }
            if (channel.aligned) {
                if (slowest < 0 || channel.watermarkMs < channels.get(slowest).watermarkMs) {
                    slowest = i;
                }
            } else if (nearest < 0 || channel.watermarkMs > channels.get(nearest).watermarkMs) {
                nearest = i;
            }
        }
        return slowest >= 0 ? slowest : nearest;
    }

    private void combine() {
        if (!stale) {
            return;
        }
        stale = false;
        long min = MAX;
        long maxIdle = NONE;
        boolean anyActive = false;
        boolean anyCounts = false;
        boolean anyIdle = false;
        for (Channel channel : channels) {
            if (channel.status == ChannelStatus.ACTIVE) {
                anyActive = true;
                channel.aligned |= channel.watermarkMs >= outputMs;
                if (channel.aligned) {
                    anyCounts = true;
                    min = Math.min(min, channel.watermarkMs);
                }
            } else if (channel.status == ChannelStatus.IDLE) {
                anyIdle = true;
                maxIdle = Math.max(maxIdle, channel.watermarkMs);
            }
        }
        if (anyCounts) {
            outputMs = Math.max(outputMs, min);
        } else if (!anyActive) {
            outputMs = Math.max(outputMs, anyIdle ? maxIdle : MAX);
        }
        status = anyActive ? ChannelStatus.ACTIVE : anyIdle ? ChannelStatus.IDLE : ChannelStatus.END;
    }

    private static final class Channel {
        private long watermarkMs = NONE;
        private ChannelStatus status = ChannelStatus.ACTIVE;
        private boolean aligned = true;
    }
}
