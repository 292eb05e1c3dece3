package io.millrace.engine.operator.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Emitter;
import io.millrace.api.RowView;
import io.millrace.engine.operator.OperatorRun;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowKind;
import io.millrace.serde.RowType;
import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import io.millrace.state.StateUnavailableException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What custom code hands over, and what it reads. */
class ValuesTest {
    @Test
    void values_that_fit_without_loss_are_widened() {
        assertThat(fit(Scalar.BIGINT, 5)).isEqualTo(5L);
        assertThat(fit(Scalar.BIGINT, (short) 5)).isEqualTo(5L);
        assertThat(fit(Scalar.INT, (byte) 5)).isEqualTo(5);
        assertThat(fit(Scalar.SMALLINT, (byte) 5)).isEqualTo((short) 5);
        assertThat(fit(Scalar.DOUBLE, 0.5f)).isEqualTo(0.5);
        assertThat(fit(new DataType.Decimal(5, 2), new BigDecimal("1.005"))).isEqualTo(new BigDecimal("1.01"));
        assertThat(fit(Scalar.TIMESTAMP_LTZ, Instant.ofEpochMilli(7))).isEqualTo(7L);
        assertThat(fit(Scalar.TIMESTAMP, LocalDateTime.of(1970, 1, 1, 0, 0, 1))).isEqualTo(1_000L);
        assertThat(fit(Scalar.DATE, LocalDate.of(1970, 1, 3))).isEqualTo(2);
        assertThat(fit(Scalar.TIME, LocalTime.of(0, 1))).isEqualTo(60_000);
    }

    @Test
    void what_could_be_changed_later_is_copied() {
        List<@Nullable Object> list = new ArrayList<>(Arrays.asList(1, null));
        Object fitted = fit(new DataType.Array(Scalar.BIGINT), list);
        list.clear();
        assertThat(fitted).isEqualTo(Arrays.asList(1L, null));
        byte[] bytes = {1};
        assertThat(fit(Scalar.BYTES, bytes)).isNotSameAs(bytes).isEqualTo(bytes);
        assertThat(fit(new DataType.MapOf(Scalar.STRING, Scalar.BIGINT), Map.of("a", 1)))
                .isEqualTo(Map.of("a", 1L));
        DataType struct = new DataType.Struct(RowType.of(new Column("x", Scalar.DOUBLE)));
        assertThat((Object[]) fit(struct, new Object[] {1f})).containsExactly(1.0);
    }

    @Test
    void what_does_not_fit_is_an_error_that_says_what_would() {
        assertThatThrownBy(() -> fit(Scalar.INT, 5L))
                .hasMessage("output: \"x\" is INT, which takes an Integer; a Long came that is none or does not fit");
        assertThatThrownBy(() -> fit(new DataType.Decimal(3, 1), new BigDecimal("1000")))
                .hasMessage(
                        "output: \"x\" is DECIMAL(3, 1), which takes a BigDecimal; a BigDecimal came that is none or"
                                + " does not fit");
        assertThatThrownBy(() -> fit(new DataType.Array(Scalar.BIGINT), List.of("a")))
                .hasMessageStartingWith("output: \"x\" is ARRAY<BIGINT>, which takes a List of such elements; a List");
        assertThatThrownBy(() -> new ColumnValue("output", new Column("x", Scalar.INT, false)).fitNullable(null))
                .hasMessage("output: \"x\" is INT NOT NULL, but the value is null");
        assertThatThrownBy(() -> emit(out -> out.emit("one")))
                .hasMessage("output: 1 values for the 2 columns word STRING, n BIGINT");
        assertThatThrownBy(() -> emit(out -> out.row().set("m", 1)))
                .hasMessage("output: there is no column \"m\" among word STRING, n BIGINT");
        assertThatThrownBy(() -> emit(out -> out.side("even").emit("x", 1)))
                .hasMessage("there is no side output \"even\" among those declared: odd, unread");
    }

    @Test
    void a_row_is_read_by_place_or_by_name_and_by_its_types() {
        RowType type = RowType.of(
                new Column("i", Scalar.INT),
                new Column("l", Scalar.TIMESTAMP_LTZ),
                new Column("s", Scalar.STRING),
                new Column("d", new DataType.Decimal(3, 1)),
                new Column("t", Scalar.TIMESTAMP),
                new Column("day", Scalar.DATE),
                new Column("list", new DataType.Array(Scalar.INT)),
                new Column("b", Scalar.BOOLEAN));
        View view = new View(type).show(RowKind.INSERT, 9, new @Nullable Object[] {
            1, 2L, "three", new BigDecimal("4.0"), 5_000L, 6, List.of(7), true
        });
        assertThat(view.getInt("i")).isEqualTo(1);
        assertThat(view.getLong("i")).isEqualTo(1);
        assertThat(view.getDouble("i")).isEqualTo(1);
        assertThat(view.getLong(1)).isEqualTo(2);
        assertThat(view.getInstant("l")).isEqualTo(Instant.ofEpochMilli(2));
        assertThat(view.getString("s")).isEqualTo("three");
        assertThat(view.getDecimal("d")).isEqualTo("4.0");
        assertThat(view.getDateTime("t")).isEqualTo(LocalDateTime.of(1970, 1, 1, 0, 0, 5));
        assertThat(view.getDate("day")).isEqualTo(LocalDate.of(1970, 1, 7));
        assertThat(view.getList("list")).isEqualTo(List.of(7));
        assertThat(view.getBoolean("b")).isTrue();
        assertThat(view.timeMs()).isEqualTo(9);
        assertThatThrownBy(() -> view.getInt("l"))
                .hasMessage("\"l\" is TIMESTAMP_LTZ, which getInt does not read; use getInstant or getLong");
        assertThatThrownBy(() -> view.get(8)).hasMessageStartingWith("there is no column 8 among the 8: i INT");
        view.show(RowKind.INSERT, 9, new @Nullable Object[8]);
        assertThat(view.isNull("s")).isTrue();
        assertThat(view.getString("s")).isNull();
        assertThatThrownBy(() -> view.getInt("i")).hasMessage("\"i\" is NULL in this row; ask isNull first");
    }

    @Test
    void a_disk_that_fails_is_not_the_records_fault_even_if_the_code_passes_over_it() {
        CallBuffer buffer = new CallBuffer(new KeyValueStore() {
            @Override
            public byte @Nullable [] get(byte[] key) {
                throw new StateUnavailableException("the disk", false, null);
            }

            @Override
            public void put(byte[] key, byte[] value) {}

            @Override
            public void delete(byte[] key) {}

            @Override
            public void expireBefore(byte kind, long timeMs) {}

            @Override
            public Cursor scan(byte[] from, byte @Nullable [] to) {
                throw new StateUnavailableException("the disk", false, null);
            }
        });
        assertThatThrownBy(() -> buffer.get(new byte[] {1})).isInstanceOf(StateUnavailableException.class);
        assertThatThrownBy(buffer::apply).isInstanceOf(StateUnavailableException.class);
        assertThatThrownBy(buffer::discard).isInstanceOf(StateUnavailableException.class);
    }

    private static Object fit(DataType type, Object value) {
        return new ColumnValue("output", new Column("x", type)).fit(value);
    }

    private static void emit(java.util.function.Consumer<Emitter> emission) {
        List<RuntimeException> thrown = new ArrayList<>();
        OperatorRun run = Code.unkeyed(new Code() {
            @Override
            public void process(RowView row, Emitter out) {
                try {
                    emission.accept(out);
                } catch (RuntimeException e) {
                    thrown.add(e);
                }
            }
        });
        run.feed(Code.row(1, "a", ""));
        for (RuntimeException e : thrown) {
            throw e;
        }
    }
}
