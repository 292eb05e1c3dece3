package io.millrace.engine.operator.dedupe;

import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.Output;
import io.millrace.engine.operator.Tally;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import io.millrace.state.KeyValueStore;

/**
 * {@link Keep#LAST}. The last row of a key is looked for in the buckets of its time and before, and in all newer ones that have
 * entries; where the earlier rows of the key are is of no interest, they stay until they expire.
 */
final class KeepLast implements Operator {
    private final DedupeSpec spec;
    private final OperatorContext context;
    private final KeptTimes kept;
    private final KeptTimes.Keys keys;
    private final Buckets buckets;
    private final Tally duplicates;

    KeepLast(DedupeSpec spec, OperatorContext context) {
        this.spec = spec;
        this.context = context;
        KeyValueStore store = context.store(spec.name());
        this.kept = new KeptTimes(spec, store);
        this.keys = new KeptTimes.Keys(spec);
        this.buckets = Buckets.load(store);
        this.duplicates = context.tally(Tally.Kind.DUPLICATES, spec.name());
    }

    @Override
    public void process(int port, Row row, Output out) {
        spec.checkInsert(row);
        long timeMs = row.timeMs();
        if (!kept.covers(timeMs)) {
            context.failed(spec.name(), spec.timeOutOfRange());
            return;
        }
        byte[] key = keys.of(row.values());
        long lastMs = last(key, timeMs);
        if (lastMs > timeMs) {
            duplicates.add(1);
            return;
        }
        if (lastMs != timeMs && kept.keep(key, timeMs)) {
            buckets.add(kept.bucketEnd(timeMs));
        }
        boolean isFirst = lastMs == KeptTimes.NONE || timeMs - lastMs >= spec.withinMs();
        out.emit(new Row(isFirst ? RowKind.INSERT : RowKind.UPDATE_AFTER, timeMs, row.finality(), row.values()));
    }

    @Override
    public boolean advance(long watermarkMs, Output out) {
        buckets.removeBefore(kept.expire(watermarkMs));
        return true;
    }

    /** The last time at which a row of the key was kept, if that is not {@code within} or more before {@code timeMs}. */
    private long last(byte[] key, long timeMs) {
        long firstEndMs = kept.bucketEnd(timeMs) - spec.withinMs();
        for (int i = buckets.count() - 1; i >= 0 && buckets.endMs(i) >= firstEndMs; i--) {
            long keptMs = kept.in(buckets.endMs(i), key);
            if (keptMs != KeptTimes.NONE) {
                return keptMs;
            }
        }
        return KeptTimes.NONE;
    }
}
