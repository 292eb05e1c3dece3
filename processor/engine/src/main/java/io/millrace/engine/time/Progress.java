package io.millrace.engine.time;

import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.DecodeException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * How far event time had come on one input partition at a checkpoint. It is committed as the metadata of the partition's offset, so it
 * moves with the offset or not at all.
 *
 * @param taskWatermarkMs the task's combined watermark, exactly
 * @param endOffset where a bounded run ends on this partition, or -1 for an unbounded run; frozen by whoever commits first
 * @param finished whether the task has finished its bounded run
 * @param mayTrail whether the task has ever told the stages behind that it is idle, so that they may be ahead of it
 * @param channels the partition's own channel, or one per upstream task of a repartition topic
 */
public record Progress(
        long taskWatermarkMs, long endOffset, boolean finished, boolean mayTrail, List<Channel> channels) {
    /** Brokers refuse longer metadata by default ({@code offset.metadata.max.bytes}, 4096). */
    static final int MAX_ENCODED_CHARS = 4000;

    private static final int VERSION = 2;
    private static final long NEVER = -1;
    /** Where units would exceed any difference. */
    private static final int NO_DIFFERENCES = 60;

    private static final int CODE_BITS = 4;
    private static final int CODE_MASK = (1 << CODE_BITS) - 1;
    private static final int CODE_STATUS = 3;
    /** In place of a status: active, and not yet counting again. */
    private static final int CODE_WAITING = 3;

    private static final int CODE_MAX = 4;
    private static final int CODE_KNOWN = 8;

    /** What is committed for a partition before anything is known about it. */
    public static final Progress START = new Progress(Watermarks.NONE, -1, false, false, List.of());

    public Progress {
        channels = List.copyOf(channels);
    }

    /**
     * One channel's watermark and status.
     *
     * @param waiting whether it has woken from idleness and does not count until it has reached the task's watermark
     */
    public record Channel(long watermarkMs, ChannelStatus status, boolean waiting) {
        public Channel {
            if (waiting && status != ChannelStatus.ACTIVE) {
                throw new IllegalArgumentException(
                        "only an active channel waits to count again, not one that is " + status);
            }
        }

        /** A channel that is not waiting. */
        public Channel(long watermarkMs, ChannelStatus status) {
            this(watermarkMs, status, false);
        }

        private boolean isKnown() {
            return watermarkMs != Watermarks.NONE && watermarkMs != Watermarks.MAX;
        }

        private int code() {
            int state = waiting ? CODE_WAITING : status.code();
            return state | (watermarkMs == Watermarks.MAX ? CODE_MAX : 0) | (isKnown() ? CODE_KNOWN : 0);
        }

        private static Channel of(int code, long knownMs) {
            long watermarkMs =
                    (code & CODE_MAX) != 0 ? Watermarks.MAX : (code & CODE_KNOWN) != 0 ? knownMs : Watermarks.NONE;
            int state = code & CODE_STATUS;
            return state == CODE_WAITING
                    ? new Channel(watermarkMs, ChannelStatus.ACTIVE, true)
                    : new Channel(watermarkMs, ChannelStatus.of((byte) state));
        }
    }

    /** Base64 text of at most {@value #MAX_ENCODED_CHARS} characters for up to 5,900 channels. */
    public String encode() {
        // With many upstream tasks the exact text may be too long. A channel's watermark may be written too low without
        // harm, since the
        // combined one is exact and never goes back, so differences are cut to ever coarser units until they fit.
        for (int unitBits = 0; unitBits < NO_DIFFERENCES; unitBits += 4) {
            String text = encode(unitBits);
            if (text.length() <= MAX_ENCODED_CHARS) {
                return text;
            }
        }
        return encode(NO_DIFFERENCES);
    }

    private String encode(int unitBits) {
        BinaryWriter writer = new BinaryWriter();
        writer.writeByte(VERSION);
        writer.writeFixedLong(taskWatermarkMs);
        writer.writeVarLong(endOffset + 1);
        writer.writeBoolean(finished);
        writer.writeBoolean(mayTrail);
        long base = baseMs();
        writer.writeFixedLong(base);
        writer.writeByte(unitBits);
        writer.writeVarInt(channels.size());
        if (unitBits == NO_DIFFERENCES) {
            writeCodes(writer);
        } else {
            for (Channel channel : channels) {
                long delta = channel.isKnown() ? (channel.watermarkMs - base) >>> unitBits : 0;
                // Greater differences only arise between times hundreds of millions of years apart.
                writer.writeVarLong(Math.min(delta, Long.MAX_VALUE >>> (CODE_BITS + 1)) << CODE_BITS | channel.code());
            }
        }
        return Base64.getEncoder().withoutPadding().encodeToString(writer.toByteArray());
    }

    /** Every known watermark is then read as the base; two channels to a byte. */
    private void writeCodes(BinaryWriter writer) {
        for (int i = 0; i < channels.size(); i += 2) {
            int second = i + 1 < channels.size() ? channels.get(i + 1).code() : 0;
            writer.writeByte(second << CODE_BITS | channels.get(i).code());
        }
    }

    private long baseMs() {
        long base = Watermarks.MAX;
        for (Channel channel : channels) {
            if (channel.watermarkMs != Watermarks.NONE) {
                base = Math.min(base, channel.watermarkMs);
            }
        }
        return base == Watermarks.MAX ? 0 : base;
    }

    /**
     * Reads what {@link #encode} wrote; the empty text, which other tools leave when they set offsets, reads as {@link #START}.
     *
     * @throws DecodeException if the text is something else
     */
    public static Progress decode(String text) {
        if (text.isEmpty()) {
            return START;
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            BinaryReader reader = new BinaryReader(bytes);
            int version = reader.readByte();
            if (version != VERSION) {
                throw new DecodeException(
                        "commit metadata has version " + version + "; this Millrace reads " + VERSION);
            }
            long taskWatermarkMs = reader.readFixedLong();
            long endOffset = reader.readVarLong() + NEVER;
            boolean finished = reader.readBoolean();
            boolean mayTrail = reader.readBoolean();
            long base = reader.readFixedLong();
            int unitBits = reader.readByte();
            int count = reader.readVarInt();
            List<Channel> channels = new ArrayList<>();
            while (channels.size() < count) {
                if (unitBits == NO_DIFFERENCES) {
                    int codes = reader.readByte();
                    channels.add(Channel.of(codes & CODE_MASK, base));
                    if (channels.size() < count) {
                        channels.add(Channel.of(codes >>> CODE_BITS & CODE_MASK, base));
                    }
                } else {
                    long code = reader.readVarLong();
                    channels.add(Channel.of((int) code & CODE_MASK, base + (code >>> CODE_BITS << unitBits)));
                }
            }
            return new Progress(taskWatermarkMs, endOffset, finished, mayTrail, channels);
        } catch (IllegalArgumentException e) {
            throw new DecodeException("commit metadata is not Millrace's: does another consumer use this group.id?", e);
        }
    }
}
