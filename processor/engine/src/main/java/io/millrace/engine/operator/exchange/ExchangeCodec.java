package io.millrace.engine.operator.exchange;

import io.millrace.engine.time.ChannelStatus;
import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.DecodeException;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowCodec;
import io.millrace.serde.RowKind;
import io.millrace.serde.RowType;
import org.jspecify.annotations.Nullable;

/**
 * The values of a repartition topic: a magic byte, a byte that says what follows, then either a row (event time and columns) or a
 * {@link Control}. Not thread-safe.
 */
public final class ExchangeCodec {
    private static final byte MAGIC = 'M';
    private static final byte CONTROL = 16;
    /** The byte of a row has its kind in the low two bits and its finality above: always less than {@link #CONTROL}. */
    private static final int FINALITY_SHIFT = 2;

    private static final int KIND_MASK = 3;
    private static final int HEADER_BYTES = 2;

    private final RowCodec rows;
    private final BinaryWriter writer = new BinaryWriter();

    public ExchangeCodec(RowType columns) {
        this.rows = new RowCodec(columns);
    }

    public byte[] encode(Row row) {
        writer.clear();
        writer.writeByte(MAGIC);
        writer.writeByte(row.kind().code() | row.finality().code() << FINALITY_SHIFT);
        writer.writeFixedLong(row.timeMs());
        rows.encode(row.values(), writer);
        return writer.toByteArray();
    }

    public byte[] encode(Control control) {
        writer.clear();
        writer.writeByte(MAGIC);
        writer.writeByte(CONTROL);
        writer.writeByte(control.status().code());
        writer.writeVarInt(control.partition());
        writer.writeVarInt(control.upstreams());
        writer.writeFixedLong(control.watermarkMs());
        return writer.toByteArray();
    }

    /**
     * Whether these are the bytes of a control record.
     *
     * @throws DecodeException if they are nothing that an exchange writes
     */
    public static boolean isControl(byte @Nullable [] value) {
        if (value == null || value.length < HEADER_BYTES || value[0] != MAGIC) {
            throw new DecodeException(
                    "this is not a record of a Millrace repartition topic: something else writes to it");
        }
        return value[1] == CONTROL;
    }

    /** @throws DecodeException if the bytes are damaged */
    public static Control decodeControl(byte[] value) {
        try {
            BinaryReader reader = new BinaryReader(value, HEADER_BYTES, value.length - HEADER_BYTES);
            ChannelStatus status = ChannelStatus.of(reader.readByte());
            int partition = reader.readVarInt();
            int upstreams = reader.readVarInt();
            return new Control(partition, upstreams, reader.readFixedLong(), status);
        } catch (IllegalArgumentException e) {
            throw new DecodeException("damaged control record", e);
        }
    }

    /** @throws DecodeException if the bytes are damaged */
    public Row decodeRow(byte[] value) {
        try {
            RowKind kind = RowKind.of((byte) (value[1] & KIND_MASK));
            Finality finality = Finality.of((byte) (value[1] >> FINALITY_SHIFT));
            BinaryReader reader = new BinaryReader(value, HEADER_BYTES, value.length - HEADER_BYTES);
            long timeMs = reader.readFixedLong();
            return new Row(kind, timeMs, finality, rows.decode(reader));
        } catch (IllegalArgumentException e) {
            throw new DecodeException("damaged row record", e);
        }
    }
}
