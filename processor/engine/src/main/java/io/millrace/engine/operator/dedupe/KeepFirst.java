package io.millrace.engine.operator.dedupe;

import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.Output;
import io.millrace.engine.operator.Tally;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowCodec;
import io.millrace.serde.RowKind;
import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;

/**
 * {@link Keep#FIRST}. Rows wait in the store, by time and arrival, until the watermark has reached them, and are then judged in this
 * order, which is why no two rows are kept that are less than {@code within} apart. Only a row that is a duplicate of one
 * judged already need not wait.
 */
final class KeepFirst implements Operator {
    private final DedupeSpec spec;
    private final OperatorContext context;
    private final KeyValueStore store;
    private final KeptTimes kept;
    private final KeptTimes.Keys keys;
    private final RowCodec codec;
    private final BinaryWriter writer = new BinaryWriter();
    private final Tally duplicates;

    private Waiting waiting;

    /** The same as it is in the store. */
    private Waiting saved;

    KeepFirst(DedupeSpec spec, OperatorContext context) {
        this.spec = spec;
        this.context = context;
        this.store = context.store(spec.name());
        this.kept = new KeptTimes(spec, store);
        this.keys = new KeptTimes.Keys(spec);
        this.codec = new RowCodec(spec.input());
        this.duplicates = context.tally(Tally.Kind.DUPLICATES, spec.name());
        this.waiting = Waiting.load(store);
        this.saved = waiting;
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
        boolean isLate = timeMs <= waiting.judgedMs();
        if (isLate ? kept.isKeptNear(key, timeMs) : kept.isKeptBefore(key, timeMs)) {
            duplicates.add(1);
        } else if (isLate) {
            kept.keep(key, timeMs);
            out.emit(row);
        } else {
            store.put(Waiting.key(timeMs, waiting.arrivals()), encoded(row));
            waiting = waiting.arrived();
        }
    }

    /** Only the number of arrivals is not in the store yet. */
    @Override
    public void flush(Output out) {
        save();
    }

    @Override
    public boolean advance(long watermarkMs, Output out) {
        long throughMs = Math.min(watermarkMs, KeptTimes.HORIZON_MS);
        if (waiting.isJudgedThrough(throughMs)) {
            return true;
        }
        boolean any = waiting.isStopped();
        try (Cursor rows = store.scan(waiting.next(), Waiting.key(throughMs + 1, 0))) {
            while (rows.next()) {
                if (out.isFull()) {
                    save();
                    return false;
                }
                byte[] at = rows.key();
                judge(row(Waiting.timeMs(at), rows.value()), out);
                waiting = waiting.stoppedAfter(at);
                any = true;
            }
        }
        waiting = waiting.judgedThrough(throughMs);
        save();
        if (any) {
            store.expireBefore(Waiting.KIND, throughMs + 1);
        }
        kept.expire(throughMs);
        return true;
    }

    private void judge(Row row, Output out) {
        byte[] key = keys.of(row.values());
        if (kept.isKeptBefore(key, row.timeMs())) {
            duplicates.add(1);
        } else {
            kept.keep(key, row.timeMs());
            out.emit(row);
        }
    }

    private void save() {
        if (!waiting.equals(saved)) {
            waiting.save(store);
            saved = waiting;
        }
    }

    private byte[] encoded(Row row) {
        writer.clear();
        writer.writeByte(row.finality().code());
        codec.encode(row.values(), writer);
        return writer.toByteArray();
    }

    private Row row(long timeMs, byte[] encoded) {
        return new Row(RowKind.INSERT, timeMs, Finality.of(encoded[0]), codec.decode(encoded, 1));
    }
}
