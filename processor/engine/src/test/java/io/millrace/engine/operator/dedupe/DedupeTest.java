package io.millrace.engine.operator.dedupe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.Tally;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import io.millrace.serde.RowType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DedupeTest {
    static final RowType COLUMNS = RowType.of(new Column("k", Scalar.STRING), new Column("v", Scalar.INT));

    @Test
    void first_keeps_the_first_row_in_event_time_however_rows_come() {
        OperatorRun run = first(10);
        run.feed(row(7, "a", 1), row(3, "a", 2), row(3, "a", 3), row(4, "b", 4));
        assertThat(run.checkpoint(2)).isEmpty();
        assertThat(run.checkpoint(7)).containsExactly(row(3, "a", 2), row(4, "b", 4));
        assertThat(run.count(Tally.Kind.DUPLICATES)).isEqualTo(2);
    }

    @Test
    void first_keeps_a_row_again_that_is_exactly_within_after_the_one_kept_before() {
        OperatorRun run = first(10);
        // The row at 12 is near the one at 9, but that was not kept.
        run.feed(row(0, "a", 1), row(9, "a", 2), row(10, "a", 3), row(19, "a", 4), row(20, "a", 5), row(31, "a", 6));
        assertThat(run.checkpoint(100))
                .containsExactly(row(0, "a", 1), row(10, "a", 3), row(20, "a", 5), row(31, "a", 6));
    }

    @Test
    void first_takes_null_for_a_key_like_any_other_and_negative_times() {
        OperatorRun run = first(10);
        run.feed(row(-5, null, 1), row(3, null, 2), row(-6, "a", 3), row(-16, "a", 4));
        assertThat(run.checkpoint(100)).containsExactly(row(-16, "a", 4), row(-6, "a", 3), row(-5, null, 1));
    }

    @Test
    void first_drops_what_is_a_duplicate_already_without_keeping_it_waiting() {
        OperatorRun run = first(10);
        run.feed(row(3, "a", 1));
        run.checkpoint(5);
        run.feed(row(12, "a", 2), row(13, "a", 3));
        assertThat(run.entries("seen", Waiting.KIND)).isEqualTo(1);
        assertThat(run.checkpoint(100)).containsExactly(row(13, "a", 3));
    }

    @Test
    void first_judges_a_late_row_at_once_by_what_was_kept_before_and_after_it() {
        OperatorRun run = first(10);
        run.feed(row(30, "a", 1));
        run.checkpoint(35);
        run.feed(row(21, "a", 2), row(35, "a", 3), row(20, "a", 4), row(20, "b", 5));
        assertThat(run.pending()).containsExactly(row(20, "a", 4), row(20, "b", 5));
        run.feed(row(36, "b", 6));
        assertThat(run.checkpoint(100)).containsExactly(row(20, "a", 4), row(20, "b", 5), row(36, "b", 6));
        assertThat(run.count(Tally.Kind.DUPLICATES)).isEqualTo(2);
    }

    @Test
    void first_emits_a_row_that_is_later_than_what_is_remembered_and_does_not_remember_it() {
        OperatorRun run = first(10);
        run.checkpoint(1000);
        run.feed(row(5, "a", 1), row(5, "a", 2), row(985, "a", 3), row(986, "a", 4));
        assertThat(run.checkpoint(1000)).containsExactly(row(5, "a", 1), row(5, "a", 2), row(985, "a", 3));
        assertThat(run.count(Tally.Kind.DUPLICATES)).isEqualTo(1);
    }

    @Test
    void first_keeps_the_finality_of_rows_and_ties_in_the_order_of_arrival_across_restarts() {
        OperatorRun run = first(10);
        Row early = new Row(RowKind.INSERT, 5, Finality.FINAL, new Object[] {"a", 1});
        run.feed(early);
        run.checkpoint(0);
        run.rebuild();
        run.feed(row(5, "a", 2));
        assertThat(run.checkpoint(10)).containsExactly(early);
    }

    @Test
    void first_stores_a_bounded_number_of_changes_however_much_expires() {
        OperatorRun run = first(10);
        for (int key = 0; key < 1000; key++) {
            run.feed(row(5, "k" + key, key));
        }
        assertThat(run.checkpoint(9)).hasSize(1000);
        assertThat(run.entries("seen", Waiting.KIND)).isZero();
        assertThat(run.entries("seen", KeptTimes.KIND)).isEqualTo(1000);
        assertThat(run.checkpoint(28)).isEmpty();
        assertThat(run.entries("seen", KeptTimes.KIND)).isEqualTo(1000);
        run.prepare(29);
        assertThat(run.dirtyEntries()).isLessThanOrEqualTo(2);
        run.commit();
        assertThat(run.entries("seen", KeptTimes.KIND)).isZero();
    }

    @Test
    void last_replaces_a_row_by_one_that_is_as_old_or_newer() {
        OperatorRun run = last(10);
        run.feed(row(5, "a", 1), row(4, "a", 2), row(5, "a", 3), row(12, "a", 4), row(11, "a", 5), row(1, null, 6));
        assertThat(run.checkpoint(0))
                .containsExactly(row(5, "a", 1), update(5, "a", 3), update(12, "a", 4), row(1, null, 6));
        assertThat(run.count(Tally.Kind.DUPLICATES)).isEqualTo(2);
    }

    @Test
    void last_starts_anew_within_after_the_last_row_whether_that_is_remembered_or_not() {
        OperatorRun remembering = last(10);
        OperatorRun forgetting = last(10);
        for (long timeMs : new long[] {5, 14, 24, 33, 43, 60}) {
            remembering.feed(row(timeMs, "a", 1));
            forgetting.feed(row(timeMs, "a", 1));
            forgetting.checkpoint(timeMs);
        }
        remembering.checkpoint(60);
        assertThat(remembering.output())
                .containsExactly(
                        row(5, "a", 1),
                        update(14, "a", 1),
                        row(24, "a", 1),
                        update(33, "a", 1),
                        row(43, "a", 1),
                        row(60, "a", 1))
                .isEqualTo(forgetting.output());
    }

    @Test
    void last_drops_a_row_that_is_older_by_any_time_also_after_a_restart() {
        OperatorRun run = last(10);
        run.feed(row(1000, "a", 1), row(500, "b", 2));
        run.checkpoint(0);
        run.rebuild();
        run.feed(row(5, "a", 3), row(495, "b", 4), row(700, "b", 5), row(505, "b", 6));
        assertThat(run.checkpoint(0)).containsExactly(row(700, "b", 5));
        assertThat(run.count(Tally.Kind.DUPLICATES)).isEqualTo(3);
    }

    @Test
    void last_expires_as_a_range() {
        OperatorRun run = last(10);
        for (int key = 0; key < 1000; key++) {
            run.feed(row(5, "k" + key, key));
        }
        run.checkpoint(28);
        assertThat(run.entries("seen", KeptTimes.KIND)).isEqualTo(1000);
        run.prepare(29);
        assertThat(run.dirtyEntries()).isEqualTo(1);
        run.commit();
        assertThat(run.entries("seen", KeptTimes.KIND)).isZero();
        run.feed(row(3, "k1", 1));
        assertThat(run.checkpoint(29)).as("later than what is remembered").containsExactly(row(3, "k1", 1));
        assertThat(run.entries("seen", KeptTimes.KIND)).isZero();
    }

    @Test
    void a_time_out_of_range_is_reported_and_dropped() {
        for (OperatorRun run : List.of(first(10), last(10))) {
            run.feed(row(Long.MAX_VALUE, "a", 1), row(Long.MIN_VALUE, "a", 1));
            assertThat(run.checkpoint(Long.MAX_VALUE)).isEmpty();
            assertThat(run.count(Tally.Kind.ERRORS)).isEqualTo(2);
        }
        assertThat(spec(10, Keep.FIRST).timeOutOfRange())
                .hasMessage("the event time is too far away from 1970 for seen. "
                        + "Check the unit of the column that event time is taken from");
    }

    @Test
    void only_rows_that_are_never_taken_back_have_duplicates() {
        for (OperatorRun run : List.of(first(10), last(10))) {
            assertThatThrownBy(() -> run.feed(update(1, "a", 1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("seen was planned over a stream of updates, but it only takes INSERT rows "
                            + "and got UPDATE_AFTER");
        }
    }

    @Test
    void a_spec_checks_itself() {
        assertThatThrownBy(() -> spec(0, Keep.FIRST))
                .hasMessage("seen compares rows within 0 ms: make it 1 to 576460752303423488 ms");
        assertThatThrownBy(() -> new DedupeSpec("seen", COLUMNS, List.of(2), 10, Keep.LAST))
                .hasMessage("seen has column 2 in its key, but its input has 2 columns");
        RowType map = RowType.of(new Column("m", new DataType.MapOf(Scalar.STRING, Scalar.INT)));
        assertThatThrownBy(() -> DedupeOperator.of(new DedupeSpec("seen", map, List.of(0), 10, Keep.LAST)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("column \"m\" is MAP<STRING, INT>, which has no order and cannot be a key");
    }

    static DedupeSpec spec(long withinMs, Keep keep) {
        return new DedupeSpec("seen", COLUMNS, List.of(0), withinMs, keep);
    }

    private static OperatorRun first(long withinMs) {
        return new OperatorRun(DedupeOperator.of(spec(withinMs, Keep.FIRST)), "seen");
    }

    private static OperatorRun last(long withinMs) {
        return new OperatorRun(DedupeOperator.of(spec(withinMs, Keep.LAST)), "seen");
    }

    static Row row(long timeMs, @Nullable String key, int value) {
        return Row.of(timeMs, key, value);
    }

    private static Row update(long timeMs, @Nullable String key, int value) {
        return new Row(RowKind.UPDATE_AFTER, timeMs, new @Nullable Object[] {key, value});
    }
}
