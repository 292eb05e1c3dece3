package io.millrace.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.aggregate.AggregateCall;
import io.millrace.engine.operator.aggregate.AggregateCall.Function;
import io.millrace.engine.operator.aggregate.AggregateInput;
import io.millrace.engine.operator.aggregate.AggregateSpec;
import io.millrace.engine.operator.aggregate.RunningAggregate;
import io.millrace.engine.operator.aggregate.SlicedWindows;
import io.millrace.engine.operator.aggregate.WindowAggregate;
import io.millrace.engine.operator.exchange.ExchangeOperator;
import io.millrace.engine.operator.sink.SinkOperator;
import io.millrace.engine.operator.transform.MapOperator;
import io.millrace.engine.topology.Exchange;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Node;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The job that is simulated, in three stages. Events go by key to a running count and sum, each of whose results is written to
 * {@link #TOTALS}; from there they go by group to a count and sum per second of event time, written to {@link #WINDOWS}.
 */
final class CountingJob {
    static final String EVENTS = "events";
    static final String TOTALS = "totals";
    static final String WINDOWS = "windows";
    static final String BY_KEY_TOPIC = "job-by-key-repartition";
    static final long WINDOW_MS = 1_000;
    /** An event's time is less than this behind the latest one before it in its partition. */
    static final long LAG_MS = 200;

    /** Virtual time never stands still for this long, or silence would be an event of its own. */
    private static final long IDLE_MS = 1L << 40;

    private static final RowType EVENT = RowType.of(
            new Column("key", Scalar.STRING),
            new Column("amount", Scalar.BIGINT),
            new Column("grp", Scalar.STRING),
            new Column("id", Scalar.BIGINT));

    private static final RowType GROUPED =
            RowType.of(new Column("grp", Scalar.STRING), new Column("amount", Scalar.BIGINT));

    static final Exchange BY_KEY = new Exchange("totals", BY_KEY_TOPIC, EVENT, List.of(0), 0, "by key", false);

    private static final Exchange BY_GROUP =
            new Exchange("windows", "job-by-group-repartition", GROUPED, List.of(0), 1, "by group", false);

    private CountingJob() {}

    /** @param decoding runs before each event is decoded */
    static Topology topology(Runnable decoding) {
        return new Topology(
                "job",
                List.of(read(decoding), count(), window()),
                List.of(BY_KEY, BY_GROUP),
                List.of(TOTALS, WINDOWS),
                false,
                null);
    }

    private static Stage read(Runnable decoding) {
        Input events = new Input.FromSource(
                EVENTS,
                List.of(EVENTS),
                RowType.of(
                        EVENT.column(0),
                        EVENT.column(1),
                        EVENT.column(2),
                        EVENT.column(3),
                        new Column("ts", Scalar.BIGINT)),
                () -> bytes -> {
                    decoding.run();
                    return Event.decode(bytes);
                },
                values -> (long) present(values[4]),
                LAG_MS,
                IDLE_MS,
                Long.MAX_VALUE,
                to(0));
        return new Stage(
                0,
                List.of(events),
                List.of(
                        node("event", MapOperator.of("event", row -> Arrays.copyOf(row.values(), EVENT.size())), to(1)),
                        node("by key", ExchangeOperator.of(BY_KEY), List.of())),
                List.of());
    }

    private static Stage count() {
        AggregateSpec spec = new AggregateSpec("totals", EVENT, 1, null, calls(), 0);
        return new Stage(
                1,
                List.of(new Input.FromExchange(BY_KEY, List.of(new Node.Edge(0, 0), new Node.Edge(2, 0)))),
                List.of(
                        node("totals", RunningAggregate.of(spec, AggregateInput.ROWS), to(1)),
                        node("to totals", sink(TOTALS), List.of()),
                        node(
                                "grouped",
                                MapOperator.of("grouped", row -> new Object[] {row.value(2), row.value(1)}),
                                to(3)),
                        node("by group", ExchangeOperator.of(BY_GROUP), List.of())),
                List.of(new Stage.Store("totals", "group", "job-totals-changelog", false)));
    }

    private static Stage window() {
        AggregateSpec spec =
                new AggregateSpec("windows", GROUPED, 1, SlicedWindows.tumbling(WINDOW_MS, 0), calls(), 0);
        return new Stage(
                2,
                List.of(new Input.FromExchange(BY_GROUP, to(0))),
                List.of(
                        node("windows", WindowAggregate.of(spec, AggregateInput.ROWS), to(1)),
                        node("to windows", sink(WINDOWS), List.of())),
                List.of(new Stage.Store("windows", "window", "job-windows-changelog", true)));
    }

    private static List<AggregateCall> calls() {
        return List.of(
                new AggregateCall(Function.COUNT, false, -1, null, -1, Scalar.BIGINT),
                new AggregateCall(Function.SUM, false, 1, Scalar.BIGINT, -1, Scalar.BIGINT));
    }

    private static OperatorFactory sink(String topic) {
        return SinkOperator.of(
                topic, topic, () -> CountingJob::text, new SinkOperator.KeyPart(List.of(0), () -> CountingJob::text));
    }

    private static byte[] text(@Nullable Object[] values) {
        return Arrays.stream(values).map(String::valueOf).collect(Collectors.joining(",")).getBytes(UTF_8);
    }

    private static Object present(@Nullable Object value) {
        if (value == null) {
            throw new IllegalStateException("a column of an event is NULL");
        }
        return value;
    }

    private static Node node(String name, OperatorFactory factory, List<Node.Edge> next) {
        return new Node(name, name, factory, next);
    }

    private static List<Node.Edge> to(int node) {
        return List.of(new Node.Edge(node, 0));
    }

    /** What the job reads. */
    record Event(long id, String key, long amount, String group, long timeMs) {
        byte[] encode() {
            return text(new Object[] {key, amount, group, id, timeMs});
        }

        private static @Nullable Object[] decode(byte[] bytes) {
            String[] columns = new String(bytes, UTF_8).split(",", -1);
            return new Object[] {
                columns[0],
                Long.parseLong(columns[1]),
                columns[2],
                Long.parseLong(columns[3]),
                Long.parseLong(columns[4])
            };
        }

        static Event of(byte[] bytes) {
            @Nullable Object[] columns = decode(bytes);
            return new Event(
                    (long) present(columns[3]),
                    (String) present(columns[0]),
                    (long) present(columns[1]),
                    (String) present(columns[2]),
                    (long) present(columns[4]));
        }
    }
}
