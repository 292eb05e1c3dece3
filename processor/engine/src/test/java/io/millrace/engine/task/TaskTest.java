package io.millrace.engine.task;

import static io.millrace.engine.task.TaskBench.Read.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.TaskId;
import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.operator.RecordSender;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.operator.aggregate.AggregateCall;
import io.millrace.engine.operator.aggregate.AggregateCall.Function;
import io.millrace.engine.operator.aggregate.AggregateInput;
import io.millrace.engine.operator.aggregate.AggregateSpec;
import io.millrace.engine.operator.aggregate.LocalAggregate;
import io.millrace.engine.operator.aggregate.WindowAggregate;
import io.millrace.engine.operator.exchange.Control;
import io.millrace.engine.operator.exchange.ExchangeCodec;
import io.millrace.engine.operator.exchange.KeyHash;
import io.millrace.engine.task.TaskBench.Read;
import io.millrace.engine.task.TaskBench.Sent;
import io.millrace.engine.time.ChannelStatus;
import io.millrace.engine.time.Progress;
import io.millrace.engine.time.Watermarks;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Layout;
import io.millrace.engine.topology.Node;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Decoder;
import io.millrace.serde.RetriableDecodeException;
import io.millrace.serde.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TaskTest {
    private static final TaskId FIRST = new TaskId(0, 0);
    private static final TaskId SECOND = new TaskId(1, 0);
    private static final Topology STRICT = ClickTopology.of(false, null);
    private static final Topology TOLERANT = ClickTopology.of(true, null);
    private static final AggregateCall COUNT = new AggregateCall(Function.COUNT, false, -1, null, -1, Scalar.BIGINT);
    private static final ExchangeCodec CODEC = new ExchangeCodec(ClickTopology.BY_PAGE.columns());

    // ---- from a source to an exchange

    @Test
    void rows_are_decoded_filtered_added_up_and_sent_to_the_partition_of_their_key() {
        TaskBench bench = new TaskBench(FIRST, STRICT);
        bench.read(click(0, "a", 1, 5), click(1, "b", 2, 6), click(2, "a", 4, 7), click(3, "a", 101, 8));
        List<Sent> rows = rows(bench.checkpoint());
        assertThat(rows)
                .extracting(TaskTest::row)
                .containsExactly(Row.of(7, "a", 10L, 2L, 5L), Row.of(6, "b", 10L, 1L, 2L));
        for (Sent sent : rows) {
            assertThat(sent.topic()).isEqualTo("job-totals-repartition");
            assertThat(sent.key()).isNotNull();
            assertThat(sent.partition()).isEqualTo(KeyHash.partition(sent.key(), TaskBench.PARTITIONS));
        }
        assertThat(bench.count(Tally.Kind.RECORDS_IN, "clicks")).isEqualTo(4);
        assertThat(bench.count(Tally.Kind.EXCHANGED, "totals")).isEqualTo(2);
    }

    @Test
    void a_watermark_goes_to_every_downstream_partition_after_the_rows_and_only_when_it_has_moved() {
        TaskBench bench = new TaskBench(FIRST, STRICT);
        assertThat(bench.task().isDue()).isFalse();
        bench.read(click(0, "a", 1, 5));
        assertThat(bench.task().isDue()).isTrue();
        List<Sent> sent = bench.checkpoint();
        assertThat(sent.subList(1, sent.size())).extracting(Sent::partition).containsExactly(0, 1, 2);
        assertThat(controls(sent))
                .hasSize(3)
                .containsOnly(new Control(0, 3, 5 - ClickTopology.LAG_MS, ChannelStatus.ACTIVE));

        bench.read(click(1, "a", 1, 4));
        assertThat(bench.task().isDue()).isFalse();
        assertThat(controls(bench.checkpoint()))
                .as("an older row moves nothing")
                .isEmpty();
    }

    @Test
    void silence_is_told_downstream_once() {
        TaskBench bench = new TaskBench(FIRST, STRICT);
        bench.read(click(0, "a", 1, 5));
        bench.checkpoint();
        bench.input().silentFor(ClickTopology.IDLE_MS - 1);
        assertThat(bench.task().isDue()).isFalse();
        bench.input().silentFor(1);
        assertThat(bench.task().isDue()).isTrue();
        assertThat(controls(bench.checkpoint())).containsOnly(new Control(0, 3, 3, ChannelStatus.IDLE));
        bench.input().silentFor(ClickTopology.IDLE_MS);
        assertThat(bench.checkpoint()).isEmpty();
        bench.read(click(1, "a", 1, 4));
        assertThat(controls(bench.checkpoint())).containsOnly(new Control(0, 3, 3, ChannelStatus.ACTIVE));
    }

    @Test
    void a_restarted_task_goes_on_at_its_watermark_and_says_so_again() {
        TaskBench bench = new TaskBench(FIRST, STRICT);
        bench.read(click(0, "a", 1, 50));
        bench.checkpoint();
        bench.crash();
        assertThat(bench.task().watermarkMs()).isEqualTo(48);
        assertThat(bench.task().isDue()).isTrue();
        assertThat(controls(bench.checkpoint())).containsOnly(new Control(0, 3, 48, ChannelStatus.ACTIVE));
        bench.read(click(1, "a", 1, 20));
        bench.checkpoint();
        assertThat(bench.task().watermarkMs()).isEqualTo(48);
    }

    @Test
    void what_is_bundled_and_not_committed_is_not_sent_after_a_crash() {
        TaskBench bench = new TaskBench(FIRST, STRICT);
        bench.read(click(0, "a", 1, 5));
        assertThat(bench.task().bundledBytes()).isPositive();
        bench.crash();
        bench.read(click(0, "a", 1, 5));
        assertThat(rows(bench.checkpoint()))
                .hasSize(1)
                .extracting(TaskTest::row)
                .containsExactly(Row.of(5, "a", 10L, 1L, 1L));
        assertThat(bench.task().bundledBytes()).isZero();
    }

    @Test
    void the_end_of_the_input_finishes_the_task_and_is_told_downstream() {
        TaskBench bench = new TaskBench(FIRST, STRICT);
        bench.read(click(0, "a", 1, 5));
        bench.checkpoint();
        assertThat(bench.task().isFinished()).isFalse();
        bench.input().end();
        assertThat(bench.input().ended()).isTrue();
        assertThat(bench.task().isFinished()).as("not before it was told").isFalse();
        assertThat(controls(bench.checkpoint())).containsOnly(new Control(0, 3, Watermarks.MAX, ChannelStatus.END));
        assertThat(bench.task().isFinished()).isTrue();
        bench.crash();
        bench.checkpoint();
        assertThat(bench.task().isFinished()).as("still, after a restart").isTrue();
    }

    @Test
    void an_input_that_has_no_such_partition_is_left_out() {
        Input.FromSource clicks =
                (Input.FromSource) STRICT.stages().get(0).inputs().get(0);
        Input both = new Input.FromSource(
                "clicks",
                List.of("clicks", "more"),
                clicks.columns(),
                clicks.decoder(),
                clicks.eventTime(),
                0,
                1_000,
                Long.MAX_VALUE,
                List.of());
        Topology topology = job(new Stage(0, List.of(both), List.of(), List.of()));
        TaskEnvironment environment = new TaskEnvironment(
                name -> {
                    throw new AssertionError("no stores");
                },
                new NoSender(),
                topic -> topic.equals("clicks") ? 3 : 1,
                () -> 0);
        assertThat(new Task(new TaskId(0, 0), topology, environment).inputs())
                .extracting(TaskInput::topic)
                .containsExactly("clicks", "more");
        assertThat(new Task(new TaskId(0, 1), topology, environment).inputs())
                .extracting(TaskInput::topic)
                .containsExactly("clicks");
    }

    // ---- records that cannot be processed

    @Test
    void without_tolerance_a_bad_record_stops_the_job_and_says_where_and_how_to_mend_it() {
        TaskBench bench = new TaskBench(FIRST, STRICT);
        assertThatThrownBy(() -> bench.read(json(12, "{'page': ")))
                .isInstanceOf(JobFailedException.class)
                .hasMessageStartingWith("clicks-0@12: clicks: ")
                .hasMessageContaining("errors.tolerance is none")
                .hasMessageContaining("set errors.tolerance: all");
    }

    @Test
    void with_tolerance_a_bad_record_is_counted_and_the_next_ones_are_processed() {
        TaskBench bench = new TaskBench(FIRST, TOLERANT);
        bench.read(
                json(0, "{'page': "),
                new Read("clicks", 0, 1, null, null),
                json(2, "{'page': 'a', 'amount': 1}"),
                click(3, "a", 0, 5),
                click(4, "a", 7, 5));
        assertThat(rows(bench.checkpoint())).extracting(TaskTest::row).containsExactly(Row.of(5, "a", 10L, 1L, 7L));
        assertThat(bench.count(Tally.Kind.ERRORS, "clicks"))
                .as("malformed, tombstone, no time")
                .isEqualTo(3);
        assertThat(bench.count(Tally.Kind.ERRORS, "valid"))
                .as("division by zero")
                .isEqualTo(1);
        assertThat(bench.count(Tally.Kind.RECORDS_IN, "clicks")).isEqualTo(5);
    }

    @Test
    void a_dead_letter_is_the_record_itself_with_headers_that_say_where_it_failed_and_why() {
        TaskBench bench = new TaskBench(FIRST, ClickTopology.of(true, "dead"));
        byte[] key = {1, 2};
        byte[] value = "{'page': 'a', 'amount': 0, 'ts': 5}".replace('\'', '"').getBytes(UTF_8);
        bench.read(new Read("clicks", 0, 9, key, value));
        Sent letter = bench.checkpoint().stream()
                .filter(sent -> sent.topic().equals("dead"))
                .findFirst()
                .orElseThrow();
        assertThat(letter.partition()).isEqualTo(-1);
        assertThat(letter.timeMs()).isEqualTo(77);
        assertThat(letter.key()).isEqualTo(key);
        assertThat(letter.value()).isEqualTo(value);
        assertThat(letter.header("trace")).as("the record's own header").isEqualTo("t-1");
        assertThat(letter.header("__millrace.errors.topic")).isEqualTo("clicks");
        assertThat(letter.header("__millrace.errors.partition")).isEqualTo("0");
        assertThat(letter.header("__millrace.errors.offset")).isEqualTo("9");
        assertThat(letter.header("__millrace.errors.step")).isEqualTo("valid");
        assertThat(letter.header("__millrace.errors.exception.class.name")).isEqualTo("java.lang.ArithmeticException");
        assertThat(letter.header("__millrace.errors.exception.message")).isEqualTo("/ by zero");
    }

    @Test
    void a_dead_letter_that_is_too_large_comes_without_its_value_and_at_worst_without_its_key() {
        TaskBench bench = new TaskBench(FIRST, ClickTopology.of(true, "dead"));
        byte[] large = "x".repeat(TaskBench.MAX_RECORD_BYTES + 1).getBytes(UTF_8);
        bench.read(new Read("clicks", 0, 8, new byte[] {7}, large), new Read("clicks", 0, 9, large, large));
        List<Sent> letters = bench.checkpoint();
        assertThat(letters).extracting(Sent::topic).containsExactly("dead", "dead");
        assertThat(letters).extracting(Sent::key).containsExactly(new byte[] {7}, null);
        assertThat(letters).extracting(Sent::value).containsOnlyNulls();
        assertThat(letters)
                .extracting(letter -> letter.header("__millrace.errors.offset"))
                .containsExactly("8", "9");
    }

    @Test
    void a_row_that_is_too_large_for_the_exchange_is_an_error_of_the_exchange() {
        TaskBench bench = new TaskBench(FIRST, TOLERANT);
        bench.read(click(0, "x".repeat(TaskBench.MAX_RECORD_BYTES), 1, 5));
        assertThat(rows(bench.checkpoint())).isEmpty();
        assertThat(bench.count(Tally.Kind.ERRORS, "totals")).isEqualTo(1);
        assertThat(bench.count(Tally.Kind.EXCHANGED, "totals")).isZero();
    }

    @Test
    void a_record_that_cannot_be_read_now_is_not_a_matter_of_tolerance() {
        Decoder waiting = bytes -> {
            throw new RetriableDecodeException("the registry is away", null);
        };
        Input.FromSource clicks =
                (Input.FromSource) STRICT.stages().get(0).inputs().get(0);
        Input source = new Input.FromSource(
                "clicks", clicks.topics(), clicks.columns(), () -> waiting, null, 0, 1_000, Long.MAX_VALUE, List.of());
        TaskBench bench = new TaskBench(FIRST, job(new Stage(0, List.of(source), List.of(), List.of())));
        assertThatThrownBy(() -> bench.read(click(0, "a", 1, 5))).isInstanceOf(RetriableDecodeException.class);
        assertThat(bench.checkpoint()).isEmpty();
    }

    // ---- from an exchange to a sink

    @Test
    void the_second_stage_adds_up_partial_rows_and_fires_when_every_upstream_has_come_so_far() {
        TaskBench bench = new TaskBench(SECOND, STRICT);
        bench.read(partial("a", 10, 2, 5), partial("a", 10, 1, 1), partial("b", 20, 1, 3));
        bench.read(control(0, 2, 9, ChannelStatus.ACTIVE));
        assertThat(bench.checkpoint())
                .as("the other upstream has not been heard of")
                .isEmpty();
        bench.read(control(1, 2, 12, ChannelStatus.ACTIVE));
        assertThat(bench.checkpoint())
                .extracting(Sent::topic, Sent::timeMs, Sent::text)
                .containsExactly(Tuple.tuple("counts", 9L, "{\"page\":\"a\",\"start\":0,\"end\":10,\"total\":6}"));
        assertThat(bench.task().watermarkMs()).isEqualTo(9);
        assertThat(bench.count(Tally.Kind.RECORDS_OUT, "counts")).isEqualTo(1);
    }

    @Test
    void an_upstream_that_is_idle_does_not_hold_the_windows_open() {
        TaskBench bench = new TaskBench(SECOND, STRICT);
        bench.read(partial("a", 10, 1, 1), control(0, 2, 15, ChannelStatus.ACTIVE));
        bench.read(control(1, 2, Watermarks.NONE, ChannelStatus.IDLE));
        assertThat(bench.checkpoint()).hasSize(1);
    }

    @Test
    void the_channels_of_the_upstreams_outlive_a_restart() {
        TaskBench bench = new TaskBench(SECOND, STRICT);
        bench.read(partial("a", 20, 1, 1), control(0, 2, 15, ChannelStatus.ACTIVE));
        bench.read(control(1, 2, 12, ChannelStatus.IDLE));
        bench.checkpoint();
        assertThat(bench.input().channels())
                .containsExactly(
                        new Progress.Channel(15, ChannelStatus.ACTIVE), new Progress.Channel(12, ChannelStatus.IDLE));
        bench.crash();
        assertThat(bench.task().watermarkMs()).isEqualTo(15);
        bench.read(control(0, 2, 19, ChannelStatus.ACTIVE));
        assertThat(bench.checkpoint())
                .as("without a word from the idle upstream")
                .hasSize(1);
    }

    @Test
    void an_upstream_that_has_just_woken_does_not_hold_time_back_after_a_restart() {
        TaskBench bench = new TaskBench(SECOND, STRICT);
        bench.read(control(0, 2, 15, ChannelStatus.ACTIVE), control(1, 2, 3, ChannelStatus.IDLE));
        bench.checkpoint();
        bench.read(control(1, 2, 4, ChannelStatus.ACTIVE));
        bench.checkpoint();
        bench.crash();
        bench.read(control(0, 2, 19, ChannelStatus.ACTIVE));
        assertThat(bench.task().watermarkMs()).isEqualTo(19);
    }

    @Test
    void when_all_upstreams_have_ended_everything_fires_and_the_task_is_finished() {
        TaskBench bench = new TaskBench(SECOND, STRICT);
        bench.read(partial("a", 10, 1, 1), partial("a", 20, 1, 2), control(0, 2, Watermarks.MAX, ChannelStatus.END));
        assertThat(bench.checkpoint()).isEmpty();
        assertThat(bench.input().ended()).isFalse();
        bench.read(control(1, 2, Watermarks.MAX, ChannelStatus.END));
        assertThat(bench.checkpoint()).hasSize(2);
        assertThat(bench.input().ended()).isTrue();
        assertThat(bench.task().isFinished()).isTrue();
    }

    @Test
    void a_foreign_record_in_a_repartition_topic_stops_the_job_whatever_is_tolerated() {
        for (byte[] foreign : List.of("hello".getBytes(UTF_8), new byte[] {'M', 9}, new byte[] {'M', 16, 7})) {
            TaskBench bench = new TaskBench(SECOND, ClickTopology.of(true, "dead"));
            assertThatThrownBy(() -> bench.read(new Read("job-totals-repartition", 2, 5, null, foreign)))
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageStartingWith("job-totals-repartition-2@5: ")
                    .hasMessageContaining("Repartition topics belong to the job alone");
        }
        TaskBench bench = new TaskBench(SECOND, STRICT);
        assertThatThrownBy(() -> bench.read(new Read("job-totals-repartition", 2, 5, null, null)))
                .isInstanceOf(JobFailedException.class);
    }

    // ---- bursts over several transactions

    @Test
    void a_burst_goes_on_over_as_many_transactions_as_it_takes_and_fires_each_window_once() {
        for (boolean crashes : List.of(false, true)) {
            TaskBench bench = new TaskBench(SECOND, STRICT, 7);
            List<String> expected = new ArrayList<>();
            for (long end = 10; end <= 200; end += 10) {
                for (String page : List.of("a", "b")) {
                    bench.read(partial(page, end, 1, end));
                    expected.add("{\"page\":\"" + page + "\",\"start\":" + (end - 10) + ",\"end\":" + end
                            + ",\"total\":" + end + "}");
                }
            }
            bench.read(control(0, 1, Watermarks.MAX, ChannelStatus.END));
            int transactions = 1;
            while (!bench.task().prepare()) {
                assertThat(bench.task().isDue()).isTrue();
                assertThat(bench.task().isFinished()).isFalse();
                bench.commit();
                transactions++;
                if (crashes) {
                    bench.crash();
                    assertThat(bench.task().isDue()).isTrue();
                }
            }
            bench.commit();
            assertThat(transactions).isGreaterThan(4);
            assertThat(bench.committed()).extracting(Sent::text).containsExactlyElementsOf(expected);
            assertThat(bench.task().isFinished()).isTrue();
            assertThat(bench.task().isDue()).isFalse();
        }
    }

    @Test
    void what_is_bundled_behind_an_interrupted_firing_is_committed_with_it() {
        // Windows fire into a sink, which fills the transaction, and into a local phase, which only bundles.
        AggregateSpec perPage = new AggregateSpec("pages", ClickTopology.RESULT, 1, null, List.of(COUNT), 0);
        Stage stage = new Stage(
                0,
                List.of(new Input.FromExchange(ClickTopology.BY_PAGE, ClickTopology.to(0))),
                List.of(
                        ClickTopology.node(
                                "totals",
                                WindowAggregate.of(ClickTopology.TOTALS, AggregateInput.PARTIALS),
                                List.of(new Node.Edge(1, 0), new Node.Edge(2, 0))),
                        ClickTopology.node("counts", ClickTopology.sink(ClickTopology.RESULT), List.of()),
                        ClickTopology.node("local", LocalAggregate.of(perPage), ClickTopology.to(3)),
                        ClickTopology.node("pages", ClickTopology.sink(perPage.partialType()), List.of())),
                List.of(new Stage.Store(
                        "totals", "window", "job-totals-changelog", false, new Layout("test 1", Map.of()))));
        TaskBench bench = new TaskBench(FIRST, job(stage), 3);
        for (long end = 10; end <= 200; end += 10) {
            bench.read(partial("a", end, 1, 1));
        }
        bench.read(control(0, 1, Watermarks.MAX, ChannelStatus.END));
        while (!bench.task().prepare()) {
            bench.commit();
            bench.crash();
        }
        bench.commit();
        List<String> texts = bench.committed().stream().map(Sent::text).toList();
        assertThat(texts.stream().filter(text -> text.contains("total"))).hasSize(20);
        long bundled = texts.stream()
                .filter(text -> text.contains("$count"))
                .mapToLong(text -> Long.parseLong(text.replaceAll(".*\"\\$count\":(\\d+).*", "$1")))
                .sum();
        assertThat(bundled).isEqualTo(20);
    }

    private static Topology job(Stage stage) {
        return new Topology("job", List.of(stage), List.of(), List.of(), true, "dead");
    }

    private static Read click(long offset, String page, long amount, long timeMs) {
        return json(offset, "{'page': '" + page + "', 'amount': " + amount + ", 'ts': " + timeMs + "}");
    }

    private static Read partial(String page, long endMs, long count, long sum) {
        return new Read("job-totals-repartition", 0, 0, null, CODEC.encode(Row.of(endMs - 1, page, endMs, count, sum)));
    }

    private static Read control(int partition, int upstreams, long watermarkMs, ChannelStatus status) {
        return new Read(
                "job-totals-repartition",
                0,
                0,
                null,
                CODEC.encode(new Control(partition, upstreams, watermarkMs, status)));
    }

    private static List<Sent> rows(List<Sent> sent) {
        return sent.stream()
                .filter(record ->
                        record.topic().equals("job-totals-repartition") && !ExchangeCodec.isControl(record.value()))
                .toList();
    }

    private static Row row(Sent sent) {
        return CODEC.decodeRow(bytes(sent));
    }

    private static List<Control> controls(List<Sent> sent) {
        return sent.stream()
                .filter(record -> ExchangeCodec.isControl(record.value()))
                .map(record -> ExchangeCodec.decodeControl(bytes(record)))
                .toList();
    }

    /** For tasks that send nothing. */
    private static final class NoSender implements RecordSender {
        @Override
        public void send(
                String topic,
                int partition,
                long timeMs,
                byte @Nullable [] key,
                byte @Nullable [] value,
                List<RecordHeader> headers) {
            throw new AssertionError("a record for " + topic);
        }

        @Override
        public boolean isFull() {
            return false;
        }
    }

    private static byte[] bytes(Sent sent) {
        byte[] value = sent.value();
        if (value == null) {
            throw new AssertionError("no value in " + sent);
        }
        return value;
    }
}
