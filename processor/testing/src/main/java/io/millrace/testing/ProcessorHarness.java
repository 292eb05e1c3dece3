package io.millrace.testing;

import io.millrace.api.Configuration;
import io.millrace.api.Declaration;
import io.millrace.api.Processor;
import io.millrace.engine.operator.process.ProcessOperator;
import io.millrace.engine.operator.process.ProcessSpec;
import io.millrace.serde.Row;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs a {@link Processor} in a test, by the operator that runs it in a job, over state in memory.
 *
 * <pre>{@code
 * try (ProcessorHarness carts = ProcessorHarness.of(AbandonedCarts::new)
 *         .input(COLUMNS)
 *         .by("user_id")
 *         .config("timeout", "30m")
 *         .open()) {
 *     carts.process(minute(0), "ann", "add");
 *     carts.restart();
 *     carts.watermark(minute(30));
 *     assertEquals(List.of(Row.of(minute(30), "ann")), carts.takeOutput());
 * }
 * }</pre>
 *
 * <p>As in a job, time moves and timers fire at checkpoints only: {@link #watermark}, {@link #clock} and {@link #restart} each make one.
 * Not thread-safe.
 */
public final class ProcessorHarness implements AutoCloseable {
    private final ProcessSpec spec;
    private final HarnessTask task;
    private long watermarkMs = Long.MIN_VALUE;

    private ProcessorHarness(ProcessSpec spec, Supplier<? extends Processor> code) {
        this.spec = spec;
        this.task = new HarnessTask(ProcessOperator.of(spec, code), spec.by().isEmpty() ? null : spec.name());
    }

    /** @param code makes an object of the class; called once for its declaration and once after each start */
    public static Builder of(Supplier<? extends Processor> code) {
        return new Builder(code);
    }

    /** What the class has declared for this input and configuration. */
    public Declaration declaration() {
        return spec.declaration();
    }

    /**
     * Feeds a row.
     *
     * @param timeMs its event time
     * @param values one per input column, of the class that its type names
     */
    public void process(long timeMs, @Nullable Object... values) {
        process(Row.of(timeMs, values.clone()));
    }

    /** Feeds a row. @throws IllegalArgumentException if it has not as many values as the input has columns */
    public void process(Row row) {
        if (row.values().length != spec.input().size()) {
            throw new IllegalArgumentException(
                    row.values().length + " values for the " + spec.input().size() + " columns " + spec.input());
        }
        task.operator().process(0, row, task);
    }

    /** Brings event time to {@code toMs} and makes a checkpoint: timers fire, state expires, and what was done so far is safe from {@link #crash}. */
    public void watermark(long toMs) {
        watermarkMs = Math.max(watermarkMs, toMs);
        checkpoint();
    }

    /** Sets the wall clock, which stands still otherwise and begins at 0, and makes a checkpoint. */
    public void clock(long wallMs) {
        task.clock(wallMs);
        checkpoint();
    }

    /** Makes a checkpoint without moving time. */
    public void checkpoint() {
        boolean complete;
        do {
            task.operator().flush(task);
            complete = task.operator().advance(watermarkMs, task)
                    && task.operator().tick(task);
            task.commit();
        } while (!complete);
    }

    /** A clean stop and start: a checkpoint, and then a new object over the state that is left. */
    public void restart() {
        checkpoint();
        task.rebuild();
    }

    /**
     * Kills the task: what was done since the last checkpoint is gone, its output included, and a new object goes on with the state as it
     * was then. A job would now process the rows since again; feed them again to see that.
     */
    public void crash() {
        task.rebuild();
    }

    /** The rows emitted since the last call, or since the beginning. */
    public List<Row> takeOutput() {
        return task.take(null);
    }

    /** The same for a side output. @throws IllegalArgumentException if the class declares none of this name */
    public List<Row> takeSide(String name) {
        if (!spec.declaration().sides().containsKey(name)) {
            throw new IllegalArgumentException("there is no side output \"" + name + "\"; declared are "
                    + spec.declaration().sides().keySet());
        }
        return task.take(name);
    }

    /** What the class has thrown for rows and timers since the last call; each of these calls has had no effect. */
    public List<RuntimeException> takeFailures() {
        return task.takeFailures();
    }

    /** How many entries of state and timers there are now. 0 means that nothing is left. */
    public int stateSize() {
        return task.stateSize();
    }

    /** Closes the processor. */
    @Override
    public void close() {
        task.close();
    }

    /** Describes the step. */
    public static final class Builder {
        private static final String STEP = "step";

        private final Supplier<? extends Processor> code;
        private final Map<String, String> config = new LinkedHashMap<>();
        private RowType input = RowType.of();
        private List<String> by = List.of();

        private Builder(Supplier<? extends Processor> code) {
            this.code = code;
        }

        /** The columns of the rows that will be fed. */
        public Builder input(RowType columns) {
            input = columns;
            return this;
        }

        /** The columns that state and timers go by. */
        public Builder by(String... columns) {
            by = List.of(columns);
            return this;
        }

        /** A value of the step's config, as text. */
        public Builder config(String key, String value) {
            config.put(key, value);
            return this;
        }

        /**
         * Checks the step as a job is checked and opens the processor.
         *
         * @throws IllegalArgumentException if the class does not want this input or configuration, or there is something wrong with the key
         */
        public ProcessorHarness open() {
            Configuration configuration = new Configuration(config);
            Processor processor = code.get();
            Declaration declaration = processor.declare(input, configuration);
            for (String key : config.keySet()) {
                if (declaration.configKeys() != null
                        && !declaration.configKeys().contains(key)) {
                    throw new IllegalArgumentException(
                            "the class does not know the key \"" + key + "\", but " + declaration.configKeys());
                }
            }
            List<Integer> places = new ArrayList<>();
            for (String column : by) {
                int place = input.indexOf(column);
                if (place < 0) {
                    throw new IllegalArgumentException("there is no column \"" + column + "\" among " + input);
                }
                places.add(place);
            }
            ProcessSpec spec = new ProcessSpec(
                    STEP,
                    processor.getClass().getName(),
                    input,
                    places,
                    configuration,
                    declaration,
                    declaration.sides().keySet());
            return new ProcessorHarness(spec, code);
        }
    }
}
