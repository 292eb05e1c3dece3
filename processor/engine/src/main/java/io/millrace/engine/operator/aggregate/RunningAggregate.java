package io.millrace.engine.operator.aggregate;

import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.Output;
import io.millrace.serde.Row;
import io.millrace.serde.RowCodec;
import io.millrace.serde.RowKind;
import io.millrace.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates by key without windows. Each row emits its group's new result at once, with the row's time: an INSERT for the first
 * one, then an UPDATE_AFTER whenever the result differs from the one before. Groups are kept for ever.
 *
 * <p>If only final results are asked for, there is none before time is over: then each group emits one INSERT, FINAL, with the largest
 * event time of its rows.
 */
public final class RunningAggregate implements Operator {
    private final AggregateSpec spec;
    private final AggregateInput input;
    private final Accumulators accumulators;
    private final StoreKeys keys;
    private final RowCodec codec;
    private final KeyValueStore store;
    private final DistinctValues distinct;

    private RunningAggregate(AggregateSpec spec, AggregateInput input, OperatorContext context) {
        this.spec = spec;
        this.input = input;
        this.accumulators = new Accumulators(spec);
        this.keys = new StoreKeys(spec);
        this.codec = new RowCodec(accumulators.storedType());
        this.store = context.store(spec.name());
        this.distinct = new DistinctValues(store, accumulators.distinctTypes());
    }

    /**
     * @throws IllegalArgumentException if {@code spec} has windows, asks for early results, which only windows have, or a call's function
     *     and types do not go together
     */
    public static OperatorFactory of(AggregateSpec spec, AggregateInput input) {
        if (spec.windows() != null) {
            throw new IllegalArgumentException(spec.name() + " has windows");
        }
        if (spec.emit() instanceof Emit.Early) {
            throw new IllegalArgumentException(
                    spec.name() + " has no windows, so none of its results is early. Use updates, or give it a window");
        }
        new Accumulators(spec);
        return spec.emit() instanceof Emit.Final
                ? context -> new FinalAggregate(spec, input, context)
                : context -> new RunningAggregate(spec, input, context);
    }

    @Override
    public void process(int port, Row row, Output out) {
        Rows.checkInsert(spec, row);
        @Nullable Object[] values = row.values();
        byte[] key = keys.group(0, values);
        byte[] stored = store.get(key);
        @Nullable Object[] group = stored == null ? accumulators.newGroup() : codec.decode(stored, 0);
        @Nullable Object[] before = stored == null ? null : result(values, group);
        if (input == AggregateInput.PARTIALS) {
            accumulators.addPartial(group, values, key, distinct);
        } else {
            accumulators.addRow(group, values, key, distinct);
        }
        store.put(key, codec.encode(group));
        @Nullable Object[] after = result(values, group);
        if (before == null) {
            out.emit(new Row(RowKind.INSERT, row.timeMs(), after));
        } else if (!sameResult(before, after)) {
            out.emit(new Row(RowKind.UPDATE_AFTER, row.timeMs(), after));
        }
    }

    private @Nullable Object[] result(@Nullable Object[] row, @Nullable Object[] group) {
        @Nullable Object[] result = new Object[spec.keyCount() + accumulators.callCount()];
        System.arraycopy(row, 0, result, 0, spec.keyCount());
        accumulators.results(group, result, spec.keyCount());
        return result;
    }

    private boolean sameResult(@Nullable Object[] before, @Nullable Object[] after) {
        for (int i = spec.keyCount(); i < after.length; i++) {
            if (!Rows.same(before[i], after[i])) {
                return false;
            }
        }
        return true;
    }
}
