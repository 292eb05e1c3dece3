package io.millrace.engine.operator.aggregate;

import static io.millrace.engine.operator.aggregate.AggregateInput.PARTIALS;
import static io.millrace.engine.operator.aggregate.AggregateInput.ROWS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.Origin;
import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.operator.aggregate.AggregateCall.Function;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When results of windows come, in which zone they align, what becomes of late rows, and what closing a window costs. */
class WindowEmitTest {
    private static final List<AggregateCall> CALLS = List.of(Calls.count(), Calls.of(Function.SUM, Calls.BIGINT));
    private static final SlicedWindows TUMBLING = SlicedWindows.tumbling(10, 0);
    private static final SlicedWindows HOPPING = SlicedWindows.hopping(20, 10, 0);
    private static final Emit EARLY = new Emit.Early(100);

    @Test
    void updates_come_with_each_row_for_each_open_window_and_once_more_as_it_closes() {
        OperatorRun run = run(HOPPING, 0, Emit.UPDATES);
        run.feed(row(5, "a", 1));
        assertThat(run.pending()).containsExactly(early(9, "a", -10L, 10L, 1L, 1L), early(19, "a", 0L, 20L, 1L, 1L));
        run.checkpoint(0);
        run.feed(row(15, "a", 2));
        assertThat(run.pending()).containsExactly(early(19, "a", 0L, 20L, 2L, 3L), early(29, "a", 10L, 30L, 1L, 2L));
        assertThat(run.checkpoint(19).subList(2, 4))
                .containsExactly(closed(9, "a", -10L, 10L, 1L, 1L), closed(19, "a", 0L, 20L, 2L, 3L));
        run.feed(row(16, "a", 4));
        assertThat(run.pending()).containsExactly(early(29, "a", 10L, 30L, 2L, 6L));
    }

    @Test
    void updates_within_the_lateness_say_what_has_closed_and_what_has_not() {
        OperatorRun run = run(HOPPING, 5, Emit.UPDATES);
        run.checkpoint(9);
        run.feed(row(5, "a", 1));
        assertThat(run.pending())
                .containsExactly(
                        new Row(RowKind.UPDATE_AFTER, 9, Finality.CORRECTED, new Object[] {"a", -10L, 10L, 1L, 1L}),
                        early(19, "a", 0L, 20L, 1L, 1L));
    }

    @Test
    void early_results_come_every_so_often_by_the_wall_clock_if_something_changed() {
        OperatorRun run = run(HOPPING, 0, EARLY);
        run.clock(1000);
        run.feed(row(5, "a", 1), row(6, "a", 2), row(15, "b", 4));
        assertThat(run.checkpoint(0))
                .containsExactly(
                        early(9, "a", -10L, 10L, 2L, 3L),
                        early(19, "a", 0L, 20L, 2L, 3L),
                        early(19, "b", 0L, 20L, 1L, 4L),
                        early(29, "b", 10L, 30L, 1L, 4L));
        assertThat(run.operator().nextTickMs()).isEqualTo(Long.MAX_VALUE);
        run.feed(row(16, "a", 8), row(5, "a", 16));
        assertThat(run.operator().nextTickMs()).isEqualTo(1100);
        run.clock(1099);
        assertThat(run.checkpoint(0)).isEmpty();
        run.clock(1100);
        // What has closed in between does not come early any more, and a window with two changed slices comes once.
        assertThat(run.checkpoint(9))
                .containsExactly(
                        closed(9, "a", -10L, 10L, 3L, 19L),
                        early(19, "a", 0L, 20L, 4L, 27L),
                        early(29, "a", 10L, 30L, 1L, 8L));
        run.clock(5000);
        assertThat(run.checkpoint(9)).isEmpty();
    }

    @Test
    void after_a_restart_every_open_group_comes_early() {
        for (SlicedWindows windows : List.of(TUMBLING, SlicedWindows.cumulating(20, 10, 0))) {
            OperatorRun run = run(windows, 0, EARLY);
            run.feed(row(-5, "c", 7), row(5, "a", 1), row(5, "b", 2), row(15, "b", 4));
            run.checkpoint(-1);
            run.rebuild();
            if (windows.isCumulating()) {
                run.checkpoint(9); // a and b are rolled up
                run.rebuild();
                assertThat(run.checkpoint(9))
                        .containsExactly(early(19, "a", 0L, 20L, 1L, 1L), early(19, "b", 0L, 20L, 2L, 6L));
            } else {
                assertThat(run.checkpoint(-1))
                        .containsExactly(
                                early(9, "a", 0L, 10L, 1L, 1L),
                                early(9, "b", 0L, 10L, 1L, 2L),
                                early(19, "b", 10L, 20L, 1L, 4L));
            }
            assertThat(run.checkpoint(9).stream().filter(row -> row.finality() == Finality.EARLY))
                    .isEmpty();
        }
    }

    @Test
    void early_results_stop_at_a_full_output_and_go_on_from_there() {
        OperatorRun run = new OperatorRun(WindowAggregate.of(spec(HOPPING, 0, EARLY), PARTIALS), 3, List.of("totals"));
        OperatorRun local = new OperatorRun(LocalAggregate.of(spec(HOPPING, 0, EARLY)));
        for (int i = 0; i < 10; i++) {
            local.feed(row(5, "k" + i, i));
        }
        local.checkpoint(0).forEach(run::feed);
        assertThat(run.prepare(0)).isFalse();
        assertThat(run.pending()).hasSize(3);
        run.commit();
        assertThat(run.checkpoint(0)).hasSize(17).doesNotHaveDuplicates();
        assertThat(run.output()).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void more_changed_groups_than_are_remembered_come_at_once() {
        OperatorRun run = run(TUMBLING, 0, EARLY);
        run.checkpoint(0);
        for (int i = 0; i <= EarlyResults.MAX_CHANGED; i++) {
            run.feed(row(5, "k" + i, i));
        }
        assertThat(run.operator().nextTickMs()).isLessThan(0);
        assertThat(run.checkpoint(0)).hasSize(EarlyResults.MAX_CHANGED + 1).doesNotHaveDuplicates();
        assertThat(run.operator().nextTickMs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void a_day_in_a_zone_is_as_long_as_its_clocks_say() {
        SlicedWindows days = SlicedWindows.tumbling(86_400_000, 0).in(ZoneId.of("Europe/Berlin"));
        OperatorRun run = run(days, 0, Emit.FINAL);
        long start = ms("2024-10-26T22:00:00Z");
        long end = ms("2024-10-27T23:00:00Z");
        run.feed(row(start - 1, "a", 1), row(start, "a", 2), row(end - 1, "a", 4), row(end, "a", 8));
        assertThat(run.checkpoint(end - 2))
                .containsExactly(insert(start - 1, "a", ms("2024-10-25T22:00:00Z"), start, 1L, 1L));
        assertThat(run.checkpoint(end - 1)).containsExactly(insert(end - 1, "a", start, end, 2L, 6L));
        run.feed(row(end - 1, "a", 16));
        assertThat(run.checkpoint(Long.MAX_VALUE))
                .containsExactly(insert(ms("2024-10-28T22:59:59.999Z"), "a", end, ms("2024-10-28T23:00:00Z"), 1L, 8L));
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(1);
    }

    @Test
    void partial_rows_carry_the_end_of_their_slice_as_local_time() {
        SlicedWindows hours = SlicedWindows.tumbling(3_600_000, 0).in(ZoneId.of("Europe/Berlin"));
        OperatorRun local = new OperatorRun(LocalAggregate.of(spec(hours, 0, Emit.FINAL)));
        OperatorRun global = new OperatorRun(WindowAggregate.of(spec(hours, 0, Emit.FINAL), PARTIALS), "totals");
        // Half past two comes twice, and is in one window.
        local.feed(row(ms("2024-10-27T00:30:00Z"), "a", 1), row(ms("2024-10-27T01:30:00Z"), "a", 2));
        List<Row> partials = local.checkpoint(0);
        assertThat(partials).extracting(row -> row.value(1)).containsExactly(ms("2024-10-27T03:00:00Z"));
        partials.forEach(global::feed);
        assertThat(global.checkpoint(ms("2024-10-27T01:59:59.998Z"))).isEmpty();
        assertThat(global.checkpoint(ms("2024-10-27T01:59:59.999Z")))
                .containsExactly(insert(
                        ms("2024-10-27T01:59:59.999Z"),
                        "a",
                        ms("2024-10-27T00:00:00Z"),
                        ms("2024-10-27T02:00:00Z"),
                        2L,
                        3L));
    }

    @Test
    void a_late_row_goes_to_the_late_output_as_it_was_read_and_says_why() {
        OperatorRun run = new OperatorRun(WindowAggregate.of(lateTo("too-late"), ROWS), "totals");
        run.checkpoint(25);
        RecordHeader trace = new RecordHeader("trace", new byte[] {1});
        run.origin(new Origin("clicks", 3, 42, 7, "key".getBytes(UTF_8), "value".getBytes(UTF_8), List.of(trace)));
        run.feed(row(19, "a", 1), row(20, "a", 2));
        assertThat(run.sent()).isEmpty();
        run.checkpoint(29);
        assertThat(run.sent()).hasSize(1);
        OperatorRun.Sent sent = run.sent().get(0);
        assertThat(sent.topic()).isEqualTo("too-late");
        assertThat(sent.timeMs()).isEqualTo(19);
        assertThat(sent.key()).isEqualTo("key".getBytes(UTF_8));
        assertThat(sent.value()).isEqualTo("value".getBytes(UTF_8));
        assertThat(sent.headers().get(0)).isEqualTo(trace);
        assertThat(reasons(sent))
                .isEqualTo(Map.of(
                        "millrace.late.topic", "clicks",
                        "millrace.late.partition", "3",
                        "millrace.late.offset", "42",
                        "millrace.late.step", "totals",
                        "millrace.late.event.time", "1970-01-01T00:00:00.019Z",
                        "millrace.late.watermark", "1970-01-01T00:00:00.025Z",
                        "millrace.late.rows", "1"));
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(1);
        assertThat(run.count(Tally.Kind.ON_TIME)).isEqualTo(1);
    }

    @Test
    void late_rows_that_were_added_up_before_are_sent_as_one_record_without_a_value() {
        OperatorRun run = new OperatorRun(WindowAggregate.of(lateTo("too-late"), PARTIALS), "totals");
        run.checkpoint(25);
        run.feed(Row.of(19, "a", 20L, 5L, 7L));
        run.checkpoint(25);
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(5);
        OperatorRun.Sent sent = run.sent().get(0);
        assertThat(sent.value()).isNull();
        assertThat(reasons(sent)).containsEntry("millrace.late.rows", "5").doesNotContainKey("millrace.late.topic");
    }

    @Test
    void without_a_late_output_late_rows_are_only_counted() {
        OperatorRun run = run(TUMBLING, 0, Emit.FINAL);
        run.checkpoint(25);
        run.feed(row(19, "a", 1));
        run.checkpoint(25);
        assertThat(run.sent()).isEmpty();
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(1);
    }

    @Test
    void closing_a_window_costs_the_changelog_the_same_whatever_the_number_of_groups() {
        List<AggregateCall> calls = List.of(Calls.count(), Calls.distinct(Calls.of(Function.COUNT, Calls.BIGINT)));
        for (SlicedWindows windows : List.of(TUMBLING, HOPPING, SlicedWindows.cumulating(20, 10, 10))) {
            for (long latenessMs : new long[] {0, 3}) {
                AggregateSpec spec = Calls.spec(windows, latenessMs, calls);
                OperatorRun run = new OperatorRun(WindowAggregate.of(spec, ROWS), "totals");
                for (int i = 0; i < 1000; i++) {
                    run.feed(row(5, "k" + i, i));
                }
                run.checkpoint(0);
                boolean hasRolledUp = windows.isCumulating();
                for (long watermarkMs : new long[] {9, 12, 19, 22}) {
                    run.prepare(watermarkMs);
                    int written = run.dirtyEntries();
                    // The progress and a mark per kind; what cumulating windows roll up they write anyway, and let go
                    // of at once.
                    assertThat(written)
                            .as("%s, lateness %d, watermark %d", windows, latenessMs, watermarkMs)
                            .isLessThanOrEqualTo(hasRolledUp ? 5 : 3);
                    run.commit();
                }
                assertThat(run.output()).hasSize(windows.slices() * 1000 - (windows.isCumulating() ? 1000 : 0));
                for (int kind = StoreKeys.GROUP; kind <= StoreKeys.ROLLED_DISTINCT; kind++) {
                    assertThat(run.entries("totals", kind)).isZero();
                }
            }
        }
    }

    @Test
    void what_cannot_be_emitted_is_refused() {
        assertThatThrownBy(() -> WindowAggregate.of(spec(TUMBLING, 0, Emit.UPDATES), PARTIALS))
                .hasMessage("totals emits with each row, so it must be fed with rows and not with partial rows");
        AggregateSpec sessions = new AggregateSpec("totals", Calls.INPUT, 1, new SessionWindows(5), CALLS, 0);
        assertThatThrownBy(() -> WindowAggregate.of(sessions, ROWS)).hasMessage("totals has windows without slices");
    }

    private static AggregateSpec spec(SlicedWindows windows, long latenessMs, Emit emit) {
        return new AggregateSpec("totals", Calls.INPUT, 1, windows, CALLS, latenessMs, emit, null);
    }

    private static AggregateSpec lateTo(String topic) {
        return new AggregateSpec("totals", Calls.INPUT, 1, TUMBLING, CALLS, 0, Emit.FINAL, topic);
    }

    private static OperatorRun run(SlicedWindows windows, long latenessMs, Emit emit) {
        return new OperatorRun(WindowAggregate.of(spec(windows, latenessMs, emit), ROWS), "totals");
    }

    private static Map<String, String> reasons(OperatorRun.Sent sent) {
        Map<String, String> reasons = new TreeMap<>();
        for (RecordHeader header : sent.headers()) {
            byte[] value = header.value();
            if (header.key().startsWith("millrace.") && value != null) {
                reasons.put(header.key(), new String(value, UTF_8));
            }
        }
        return reasons;
    }

    private static Row row(long timeMs, @Nullable String key, long b) {
        return Row.of(timeMs, key, null, b, null, null, null, null);
    }

    private static Row early(long timeMs, @Nullable Object... values) {
        return new Row(RowKind.UPDATE_AFTER, timeMs, Finality.EARLY, values);
    }

    private static Row closed(long timeMs, @Nullable Object... values) {
        return new Row(RowKind.UPDATE_AFTER, timeMs, Finality.FINAL, values);
    }

    private static Row insert(long timeMs, @Nullable Object... values) {
        return new Row(RowKind.INSERT, timeMs, Finality.FINAL, values);
    }

    private static long ms(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }
}
