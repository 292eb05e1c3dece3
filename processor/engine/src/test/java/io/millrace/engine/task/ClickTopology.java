package io.millrace.engine.task;

import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.aggregate.AggregateCall;
import io.millrace.engine.operator.aggregate.AggregateCall.Function;
import io.millrace.engine.operator.aggregate.AggregateInput;
import io.millrace.engine.operator.aggregate.AggregateSpec;
import io.millrace.engine.operator.aggregate.LocalAggregate;
import io.millrace.engine.operator.aggregate.SlicedWindows;
import io.millrace.engine.operator.aggregate.WindowAggregate;
import io.millrace.engine.operator.exchange.ExchangeOperator;
import io.millrace.engine.operator.sink.SinkOperator;
import io.millrace.engine.operator.transform.FilterOperator;
import io.millrace.engine.operator.transform.MapOperator;
import io.millrace.engine.topology.Exchange;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Layout;
import io.millrace.engine.topology.Node;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Format.Place;
import io.millrace.serde.RowType;
import io.millrace.serde.json.JsonFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job built by hand: {@code clicks} (JSON) are filtered, counted per page in windows of 10 ms, in a local phase, over an exchange, and
 * in a second phase, and written to {@code counts}.
 */
final class ClickTopology {
    static final long LAG_MS = 2;
    static final long IDLE_MS = 1_000;
    static final long WINDOW_MS = 10;

    private static final RowType CLICK = RowType.of(
            new Column("page", Scalar.STRING), new Column("amount", Scalar.BIGINT), new Column("ts", Scalar.BIGINT));
    static final RowType RESULT = RowType.of(
            new Column("page", Scalar.STRING),
            new Column("start", Scalar.BIGINT),
            new Column("end", Scalar.BIGINT),
            new Column("total", Scalar.BIGINT));

    static final AggregateSpec TOTALS = new AggregateSpec(
            "totals",
            RowType.of(new Column("page", Scalar.STRING), new Column("amount", Scalar.BIGINT)),
            1,
            SlicedWindows.tumbling(WINDOW_MS, 0),
            List.of(new AggregateCall(Function.SUM, false, 1, Scalar.BIGINT, -1, Scalar.BIGINT)),
            0);

    static final Exchange BY_PAGE = new Exchange(
            "totals",
            "job-totals-repartition",
            TOTALS.partialType(),
            List.of(0),
            0,
            "by page",
            false,
            new Layout("test 1", Map.of()));

    private ClickTopology() {}

    static Topology of(boolean tolerateErrors, @Nullable String deadLetterTopic) {
        return new Topology(
                "job",
                List.of(first(), second()),
                List.of(BY_PAGE),
                List.of("counts"),
                tolerateErrors,
                deadLetterTopic);
    }

    private static Stage first() {
        Input clicks = new Input.FromSource(
                "clicks",
                List.of("clicks"),
                CLICK,
                () -> new JsonFormat().decoder(new Place("clicks", false, null), CLICK),
                values -> values[2] == null ? Input.EventTime.NONE : (long) values[2],
                LAG_MS,
                IDLE_MS,
                Long.MAX_VALUE,
                to(0));
        return new Stage(
                0,
                List.of(clicks),
                List.of(
                        node("valid", FilterOperator.of("valid", row -> 100 / amount(row.value(1)) > 0), to(1)),
                        node(
                                "columns",
                                MapOperator.of("columns", row -> new Object[] {row.value(0), row.value(1)}),
                                to(2)),
                        node("local", LocalAggregate.of(TOTALS), to(3)),
                        node("exchange", ExchangeOperator.of(BY_PAGE), List.of())),
                List.of());
    }

    private static long amount(@Nullable Object value) {
        return (long) Objects.requireNonNull(value, "amount is NULL");
    }

    private static Stage second() {
        return new Stage(
                1,
                List.of(new Input.FromExchange(BY_PAGE, to(0))),
                List.of(
                        node("totals", WindowAggregate.of(TOTALS, AggregateInput.PARTIALS), to(1)),
                        node("counts", sink(RESULT), List.of())),
                List.of(new Stage.Store(
                        "totals", "window", "job-totals-changelog", false, new Layout("test 1", Map.of()))));
    }

    static OperatorFactory sink(RowType columns) {
        return SinkOperator.of(
                "counts",
                "counts",
                () -> new JsonFormat().encoder(new Place("counts", false, null), columns),
                new SinkOperator.KeyPart(
                        List.of(0),
                        () -> new JsonFormat()
                                .encoder(new Place("counts", true, null), RowType.of(columns.column(0)))));
    }

    static Node node(String name, OperatorFactory factory, List<Node.Edge> next) {
        return new Node(name, name, factory, next);
    }

    static List<Node.Edge> to(int node) {
        return List.of(new Node.Edge(node, 0));
    }
}
