package io.millrace.conformance;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.typeutils.RowTypeInfo;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.WindowAssigner;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Runs windows through an embedded Flink over the same events, with the watermark moved by each of them. */
final class FlinkRun {
    private static final RowTypeInfo EVENT = new RowTypeInfo(
            new TypeInformation<?>[] {Types.STRING, Types.STRING, Types.LONG, Types.LONG},
            new String[] {"k", "u", "amount", "ts"});
    private static final OutputTag<Row> LATE = new OutputTag<>("late", EVENT);

    private FlinkRun() {}

    /** What a windowing table function over table {@code events} with time column {@code rowtime} gives. */
    static List<WindowResult> sql(List<Event> events, long lagMs, String windowFunction) throws Exception {
        StreamExecutionEnvironment environment = environment();
        StreamTableEnvironment tables = StreamTableEnvironment.create(environment);
        tables.getConfig().setLocalTimeZone(ZoneOffset.UTC);
        // With a local phase, lateness would be judged when its bundle arrives.
        tables.getConfig().set("table.optimizer.agg-phase-strategy", "ONE_PHASE");
        Schema schema = Schema.newBuilder()
                .column("k", "STRING")
                .column("u", "STRING")
                .column("amount", "BIGINT")
                .column("ts", "BIGINT")
                .columnByMetadata("rowtime", "TIMESTAMP_LTZ(3)")
                .watermark("rowtime", "SOURCE_WATERMARK()")
                .build();
        tables.createTemporaryView("events", stream(environment, events, lagMs), schema);
        String query = "SELECT k, window_start, window_end, COUNT(*), SUM(amount), COUNT(DISTINCT u) FROM TABLE("
                + windowFunction + ") GROUP BY k, window_start, window_end";
        List<WindowResult> results = new ArrayList<>();
        try (Rows rows = new Rows(tables.executeSql(query).collect())) {
            rows.iterator.forEachRemaining(row -> results.add(new WindowResult(
                    (String) row.getField(0),
                    millis(row.getField(1)),
                    millis(row.getField(2)),
                    (long) row.getField(3),
                    (long) row.getField(4),
                    (long) row.getField(5))));
        }
        return results;
    }

    private static long millis(Object localDateTime) {
        return ((LocalDateTime) localDateTime).toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    /** What windows with allowed lateness give, each correction included, and the rows that were late for all. */
    static Outcome lateness(
            List<Event> events, long lagMs, WindowAssigner<Object, TimeWindow> assigner, Duration lateness)
            throws Exception {
        SingleOutputStreamOperator<Row> results = stream(environment(), events, lagMs)
                .keyBy(row -> (String) row.getField(0))
                .window(assigner)
                .allowedLateness(lateness)
                .sideOutputLateData(LATE)
                .process(new Results())
                .returns(Results.TYPE);
        DataStream<Row> late = results.getSideOutput(LATE)
                .map(row -> Row.of("late", row.getField(0), row.getField(3), 0L, 0L, row.getField(2), 0L))
                .returns(Results.TYPE);
        Outcome outcome = new Outcome(new ArrayList<>(), new ArrayList<>());
        try (Rows rows = new Rows(results.union(late).executeAndCollect())) {
            rows.iterator.forEachRemaining(outcome::add);
        }
        return outcome;
    }

    private static StreamExecutionEnvironment environment() {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(1);
        environment.setMaxParallelism(1);
        return environment;
    }

    private static DataStream<Row> stream(StreamExecutionEnvironment environment, List<Event> events, long lagMs) {
        List<Row> rows = events.stream()
                .map(event -> Row.of(event.key(), event.user(), event.amount(), event.timeMs()))
                .toList();
        return environment
                .fromData(rows, EVENT)
                .assignTimestampsAndWatermarks(WatermarkStrategy.<Row>forGenerator(context -> new EachRow(lagMs))
                        .withTimestampAssigner((row, timestamp) -> (long) row.getField(3)));
    }

    /** Closes without the interruption that the iterator declares. */
    private record Rows(CloseableIterator<Row> iterator) implements AutoCloseable {
        @Override
        public void close() {
            try {
                iterator.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** @param results with all corrections; {@code late} the late rows, {@code sum} being their amount */
    record Outcome(List<WindowResult> results, List<Event> late) {
        private void add(Row row) {
            String key = (String) row.getField(1);
            if ("late".equals(row.getField(0))) {
                late.add(new Event(key, "", (long) row.getField(5), (long) row.getField(2)));
            } else {
                results.add(new WindowResult(
                        key,
                        (long) row.getField(2),
                        (long) row.getField(3),
                        (long) row.getField(4),
                        (long) row.getField(5),
                        (long) row.getField(6)));
            }
        }
    }

    /** W = largest time - lag, after every row. */
    private static final class EachRow implements WatermarkGenerator<Row> {
        private final long lagMs;
        private long watermarkMs = Long.MIN_VALUE;

        EachRow(long lagMs) {
            this.lagMs = lagMs;
        }

        @Override
        public void onEvent(Row row, long timeMs, WatermarkOutput output) {
            watermarkMs = Math.max(watermarkMs, timeMs - lagMs);
            output.emitWatermark(new Watermark(watermarkMs));
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {}
    }

    private static final class Results extends ProcessWindowFunction<Row, Row, String, TimeWindow> {
        private static final long serialVersionUID = 1;

        static final TypeInformation<Row> TYPE =
                Types.ROW(Types.STRING, Types.STRING, Types.LONG, Types.LONG, Types.LONG, Types.LONG, Types.LONG);

        @Override
        public void process(String key, Context context, Iterable<Row> rows, Collector<Row> out) {
            long count = 0;
            long sum = 0;
            Set<Object> users = new HashSet<>();
            for (Row row : rows) {
                count++;
                sum += (long) row.getField(2);
                users.add(row.getField(1));
            }
            TimeWindow window = context.window();
            out.collect(Row.of("result", key, window.getStart(), window.getEnd(), count, sum, (long) users.size()));
        }
    }
}
