package io.millrace.serde.avro;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DecodeException;
import io.millrace.serde.Decoder;
import io.millrace.serde.Encoder;
import io.millrace.serde.Format.Place;
import io.millrace.serde.RandomRows;
import io.millrace.serde.RowType;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Our writer against Avro's own generic reader, and our reader against our writer. */
final class AvroOracleTest {
    private static final int HEADER_BYTES = 5;

    private final FixedRegistry registry = new FixedRegistry();
    private final Place place = new Place("t", false, registry);

    @Test
    void what_we_write_is_what_avro_reads_and_what_we_read() throws IOException {
        for (long seed = 0; seed < 300; seed++) {
            RandomRows rows = new RandomRows(seed, true, false);
            RowType type = rows.type(8, 3);
            Encoder encoder = new AvroFormat().encoder(place, type);
            Decoder decoder = new AvroFormat().decoder(place, type);
            for (int i = 0; i < 3; i++) {
                @Nullable Object[] row = rows.row(type);
                byte[] bytes = encoder.encode(row);
                String expected = RandomRows.text(row);
                assertThat(RandomRows.text(decoder.decode(bytes)))
                        .as("seed %d, type %s", seed, type)
                        .isEqualTo(expected);
                assertThat(RandomRows.text(avroReads(bytes, type)))
                        .as("seed %d, type %s", seed, type)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void any_columns_can_be_picked() {
        for (long seed = 0; seed < 200; seed++) {
            RandomRows rows = new RandomRows(seed, true, false);
            RowType type = rows.type(8, 3);
            @Nullable Object[] row = rows.row(type);
            byte[] bytes = new AvroFormat().encoder(place, type).encode(row);
            int column = rows.random().nextInt(type.size());
            Decoder decoder = new AvroFormat().decoder(place, RowType.of(type.column(column)));
            assertThat(RandomRows.text(decoder.decode(bytes)[0]))
                    .as("seed %d, column %d of %s", seed, column, type)
                    .isEqualTo(RandomRows.text(row[column]));
        }
    }

    @Test
    void damaged_records_are_a_decode_exception_or_another_row_and_nothing_else() {
        for (long seed = 0; seed < 200; seed++) {
            RandomRows rows = new RandomRows(seed, true, false);
            RowType type = rows.type(8, 3);
            byte[] bytes = new AvroFormat().encoder(place, type).encode(rows.row(type));
            RowType some = new RowType(type.columns().subList(0, rows.random().nextInt(type.size() + 1)));
            Decoder decoder = new AvroFormat().decoder(place, some);
            for (int i = 0; i < 40; i++) {
                byte[] damaged = rows.damaged(bytes);
                try {
                    decoder.decode(damaged);
                } catch (DecodeException e) {
                    // what damaged bytes deserve
                } catch (RuntimeException e) {
                    throw new AssertionError(
                            "seed " + seed + ": " + HexFormat.of().formatHex(damaged), e);
                }
            }
        }
    }

    private @Nullable Object[] avroReads(byte[] bytes, RowType type) throws IOException {
        Schema schema = new Schema.Parser().parse(registry.schemas.get(registry.schemas.size() - 1));
        byte[] body = Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length);
        GenericRecord record = new GenericDatumReader<GenericRecord>(schema)
                .read(null, DecoderFactory.get().binaryDecoder(body, null));
        return row(record, type);
    }

    private static @Nullable Object[] row(GenericRecord record, RowType type) {
        return type.columns().stream()
                .map(column -> ours(record.get(column.name()), column))
                .toArray();
    }

    private static @Nullable Object ours(@Nullable Object value, Column column) {
        return value == null ? null : ours(value, column.type());
    }

    /** Avro's generic value as ours; logical types are not applied by a plain generic reader. */
    private static Object ours(Object value, DataType type) {
        if (type instanceof DataType.Struct struct) {
            return row((GenericRecord) value, struct.row());
        }
        if (type instanceof DataType.Array array) {
            return ((List<?>) value)
                    .stream()
                            .map(item -> item == null ? null : ours(item, array.element()))
                            .toList();
        }
        if (type instanceof DataType.MapOf map) {
            Map<String, @Nullable Object> entries = new LinkedHashMap<>();
            ((Map<?, ?>) value).forEach((k, v) -> entries.put(k.toString(), v == null ? null : ours(v, map.value())));
            return entries;
        }
        if (type instanceof DataType.Decimal decimal) {
            return new BigDecimal(new BigInteger(bytes(value)), decimal.scale());
        }
        return switch ((DataType.Scalar) type) {
            case STRING -> value.toString();
            case BYTES -> bytes(value);
            case TINYINT -> ((Integer) value).byteValue();
            case SMALLINT -> ((Integer) value).shortValue();
            default -> value;
        };
    }

    private static byte[] bytes(Object value) {
        ByteBuffer buffer = Objects.requireNonNull((ByteBuffer) value);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
