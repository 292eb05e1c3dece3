package io.millrace.engine.operator.exchange;

import io.millrace.engine.operator.Origin;
import io.millrace.engine.operator.RecordHeader;
import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.DecodeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A record that a row takes along through a repartition topic, as the value of a header. */
public final class OriginCodec {
    /** The header's name. */
    public static final String HEADER = "millrace.origin";

    private static final byte VERSION = 1;

    private OriginCodec() {}

    static byte[] encode(Origin origin) {
        BinaryWriter writer = new BinaryWriter();
        writer.writeByte(VERSION);
        writeBytes(writer, origin.topic().getBytes(StandardCharsets.UTF_8));
        writer.writeVarInt(origin.partition());
        writer.writeVarLong(origin.offset());
        writer.writeFixedLong(origin.timestampMs());
        writeBytes(writer, origin.key());
        writeBytes(writer, origin.value());
        writer.writeVarInt(origin.headers().size());
        for (RecordHeader header : origin.headers()) {
            writeBytes(writer, header.key().getBytes(StandardCharsets.UTF_8));
            writeBytes(writer, header.value());
        }
        return writer.toByteArray();
    }

    /** @throws DecodeException if the bytes are damaged */
    public static Origin decode(byte[] bytes) {
        BinaryReader reader = new BinaryReader(bytes);
        int version = reader.readByte();
        if (version != VERSION) {
            throw new DecodeException(
                    "a record taken along has version " + version + "; this Millrace reads " + VERSION);
        }
        String topic = text(reader);
        int partition = reader.readVarInt();
        long offset = reader.readVarLong();
        long timestampMs = reader.readFixedLong();
        byte[] key = readBytes(reader);
        byte[] value = readBytes(reader);
        int count = reader.readVarInt();
        List<RecordHeader> headers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            headers.add(new RecordHeader(text(reader), readBytes(reader)));
        }
        return new Origin(topic, partition, offset, timestampMs, key, value, headers);
    }

    private static void writeBytes(BinaryWriter writer, byte @Nullable [] bytes) {
        writer.writeVarInt(bytes == null ? 0 : bytes.length + 1);
        if (bytes != null) {
            writer.writeRaw(bytes, 0, bytes.length);
        }
    }

    private static byte @Nullable [] readBytes(BinaryReader reader) {
        int length = reader.readVarInt();
        return length == 0 ? null : reader.readRaw(length - 1);
    }

    private static String text(BinaryReader reader) {
        byte[] bytes = readBytes(reader);
        if (bytes == null) {
            throw new DecodeException("a record taken along lacks a name");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
