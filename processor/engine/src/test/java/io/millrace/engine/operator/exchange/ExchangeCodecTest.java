package io.millrace.engine.operator.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.time.ChannelStatus;
import io.millrace.engine.time.Watermarks;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.DecodeException;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import io.millrace.serde.RowType;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExchangeCodecTest {
    private static final RowType COLUMNS = RowType.of(
            new Column("page", Scalar.STRING),
            new Column("count", Scalar.BIGINT),
            new Column("price", new DataType.Decimal(10, 2)),
            new Column("raw", Scalar.BYTES));
    private static final Object[] VALUES = {"/home", 42L, new BigDecimal("1.50"), new byte[] {1, 2}};

    private final ExchangeCodec codec = new ExchangeCodec(COLUMNS);

    @Test
    void a_row_is_read_as_it_was_written_with_its_kind_and_time() {
        for (RowKind kind : RowKind.values()) {
            for (long timeMs : List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE)) {
                Row row = new Row(kind, timeMs, VALUES);
                byte[] bytes = codec.encode(row);
                assertThat(ExchangeCodec.isControl(bytes)).isFalse();
                assertThat(codec.decodeRow(bytes)).isEqualTo(row);
            }
        }
        Row nulls = Row.of(5, null, null, null, null);
        assertThat(codec.decodeRow(codec.encode(nulls))).isEqualTo(nulls);
    }

    @Test
    void a_control_record_is_read_as_it_was_written() {
        for (ChannelStatus status : ChannelStatus.values()) {
            for (long watermarkMs : List.of(Watermarks.NONE, Watermarks.MAX, 0L, 1_760_000_000_000L)) {
                Control control = new Control(299, 300, watermarkMs, status);
                byte[] bytes = codec.encode(control);
                assertThat(ExchangeCodec.isControl(bytes)).isTrue();
                assertThat(ExchangeCodec.decodeControl(bytes)).isEqualTo(control);
            }
        }
    }

    @Test
    void the_bytes_of_both_are_fixed_because_upgrades_read_them() {
        assertThat(codec.encode(new Control(1, 3, 258, ChannelStatus.IDLE)))
                .containsExactly('M', 16, 1, 1, 3, 0, 0, 0, 0, 0, 0, 1, 2);
        assertThat(new ExchangeCodec(RowType.of(new Column("n", Scalar.INT)))
                        .encode(new Row(RowKind.DELETE, 258, new Object[] {3})))
                .containsExactly('M', 3, 0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 6);
    }

    @Test
    void records_of_others_are_refused() {
        for (byte[] foreign :
                List.of(new byte[0], new byte[] {'M'}, "{\"a\": 1}".getBytes(UTF_8), new byte[] {0, 16})) {
            assertThatThrownBy(() -> ExchangeCodec.isControl(foreign))
                    .isInstanceOf(DecodeException.class)
                    .hasMessageContaining("not a record of a Millrace repartition topic");
        }
        assertThatThrownBy(() -> ExchangeCodec.isControl(null)).isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> codec.decodeRow(new byte[] {'M', 17, 0}))
                .isInstanceOf(DecodeException.class)
                .hasMessage("damaged row record");
    }

    @Test
    void a_control_record_of_an_upstream_that_cannot_be_is_refused() {
        byte[] bytes = codec.encode(new Control(2, 3, 0, ChannelStatus.ACTIVE));
        bytes[3] = 3;
        assertThatThrownBy(() -> ExchangeCodec.decodeControl(bytes))
                .isInstanceOf(DecodeException.class)
                .hasMessage("damaged control record");
        bytes[2] = 3;
        assertThatThrownBy(() -> ExchangeCodec.decodeControl(bytes)).isInstanceOf(DecodeException.class);
    }

    @Test
    void whatever_the_bytes_are_reading_them_ends_in_a_value_or_a_decode_exception() {
        byte[] row = codec.encode(new Row(RowKind.INSERT, 77, VALUES));
        byte[] control = codec.encode(new Control(2, 300, 77, ChannelStatus.ACTIVE));
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            byte[] bytes =
                    random.nextInt(10) == 0 ? random(random) : damaged(random, random.nextBoolean() ? row : control);
            try {
                if (ExchangeCodec.isControl(bytes)) {
                    assertThat(ExchangeCodec.decodeControl(bytes)).isNotNull();
                } else {
                    assertThat(codec.decodeRow(bytes)).isNotNull();
                }
            } catch (DecodeException e) {
                assertThat(e.getMessage()).isNotBlank();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", bytes " + Arrays.toString(bytes), e);
            }
        }
    }

    private static byte[] random(Random random) {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        if (bytes.length > 0) {
            bytes[0] = 'M';
        }
        return bytes;
    }

    private static byte[] damaged(Random random, byte[] whole) {
        byte[] bytes = Arrays.copyOf(whole, random.nextInt(4) == 0 ? random.nextInt(whole.length + 3) : whole.length);
        for (int i = random.nextInt(3); i >= 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }
}
