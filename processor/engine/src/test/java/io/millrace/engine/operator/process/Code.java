package io.millrace.engine.operator.process;

import io.millrace.api.Configuration;
import io.millrace.api.Declaration;
import io.millrace.api.Emitter;
import io.millrace.api.Processor;
import io.millrace.api.ProcessorContext;
import io.millrace.api.RowView;
import io.millrace.engine.operator.OperatorRun;
import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Row;
import io.millrace.serde.RowType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Custom code for tests, over rows of a key, a word and a number, that emits a word and a number. */
@SuppressWarnings("NullAway.Init") // Custom code gets its state and its context in open.
class Code implements Processor {
    static final RowType INPUT = RowType.of(
            new Column("key", Scalar.STRING), new Column("word", Scalar.STRING), new Column("n", Scalar.BIGINT));
    static final RowType OUTPUT = RowType.of(new Column("word", Scalar.STRING), new Column("n", Scalar.BIGINT));
    static final String STEP = "custom";

    ProcessorContext context;

    @Override
    public Declaration declare(RowType input, Configuration config) {
        return Declaration.of(OUTPUT).withSide("odd", OUTPUT).withSide("unread", OUTPUT);
    }

    @Override
    public void open(ProcessorContext opened) {
        context = opened;
    }

    @Override
    public void process(RowView row, Emitter out) throws Exception {
        out.emit(row.getString("word"), row.isNull("n") ? null : row.getLong("n"));
    }

    static ProcessSpec spec(Code code, Integer... by) {
        Configuration config = new Configuration(Map.of());
        return new ProcessSpec(
                STEP, "com.acme.Code", INPUT, List.of(by), config, code.declare(INPUT, config), Set.of("odd"));
    }

    /** Runs code that is the same object after a rebuild, which is opened again. */
    static OperatorRun keyed(Code code) {
        return new OperatorRun(ProcessOperator.of(spec(code, 0), () -> code), STEP);
    }

    static OperatorRun unkeyed(Code code) {
        return new OperatorRun(ProcessOperator.of(spec(code), () -> code));
    }

    static Row row(long timeMs, @Nullable String key, @Nullable String word, @Nullable Long n) {
        return Row.of(timeMs, key, word, n);
    }

    static Row row(long timeMs, String key, String word) {
        return row(timeMs, key, word, 0L);
    }

    static Row out(long timeMs, @Nullable String word, @Nullable Long n) {
        return Row.of(timeMs, word, n);
    }
}
