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
 * @param channels the partition's own channel, or one per upstream task of a repartition topic
 */
public record Progress(long taskWatermarkMs, long endOffset, boolean finished, List<Channel> channels) {
    /** Brokers refuse longer metadata by default ({@code offset.metadata.max.bytes}, 4096). */
    static final int MAX_ENCODED_CHARS = 4000;

    private static final int VERSION = 1;
    private static final long NEVER = -1;

    /** What is committed for a partition before anything is known about it. */
    public static final Progress START = new Progress(Watermarks.NONE, -1, false, List.of());

    public Progress {
        channels = List.copyOf(channels);
    }

    /** One channel's watermark and status. */
    public record Channel(long watermarkMs, ChannelStatus status) {}

    /** Base64 text of at most {@value #MAX_ENCODED_CHARS} characters. */
    public String encode() {
        // With many upstream tasks the exact text may be too long. A channel's watermark may be written too low without
        // harm, since the
        // combined one is exact and never goes back, so differences are cut to ever coarser units until they fit.
        for (int unitBits = 0; ; unitBits += 4) {
            String text = encode(unitBits);
            if (text.length() <= MAX_ENCODED_CHARS || unitBits >= 60) {
                return text;
            }
        }
    }

    private String encode(int unitBits) {
        BinaryWriter writer = new BinaryWriter();
        writer.writeByte(VERSION);
        writer.writeFixedLong(taskWatermarkMs);
        writer.writeVarLong(endOffset + 1);
        writer.writeBoolean(finished);
        long base = baseMs();
        writer.writeFixedLong(base);
        writer.writeByte(unitBits);
        writer.writeVarInt(channels.size());
        for (Channel channel : channels) {
            boolean known = channel.watermarkMs != Watermarks.NONE && channel.watermarkMs != Watermarks.MAX;
            long code = channel.status.code() | (channel.watermarkMs == Watermarks.MAX ? 4 : 0) | (known ? 8 : 0);
            // Saturated differences only arise between times hundreds of millions of years apart.
            long delta = known ? Math.min((channel.watermarkMs - base) >>> unitBits, Long.MAX_VALUE >>> 5) : 0;
            writer.writeVarLong(delta << 4 | code);
        }
        return Base64.getEncoder().withoutPadding().encodeToString(writer.toByteArray());
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
            long base = reader.readFixedLong();
            int unitBits = reader.readByte();
            int count = reader.readVarInt();
            List<Channel> channels = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long code = reader.readVarLong();
                long delta = code >>> 4 << unitBits;
                long watermarkMs = (code & 4) != 0 ? Watermarks.MAX : (code & 8) != 0 ? base + delta : Watermarks.NONE;
                channels.add(new Channel(watermarkMs, ChannelStatus.of((byte) (code & 3))));
            }
            return new Progress(taskWatermarkMs, endOffset, finished, channels);
        } catch (IllegalArgumentException e) {
            throw new DecodeException("commit metadata is not Millrace's: does another consumer use this group.id?", e);
        }
    }
}
