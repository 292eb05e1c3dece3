package io.millrace.engine.operator.top;

import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.Output;
import io.millrace.serde.Row;
import io.millrace.serde.RowCodec;
import io.millrace.serde.RowKind;
import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import io.millrace.state.OrderedBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ranks without windows. The rows of a group are entries in the order of their ranks; a group that has {@code limit} rows or more also
 * has an entry with the place of the last one that counts, its <i>bound</i>, so that what happens behind it costs nothing more.
 */
final class RunningTop implements Operator {
    static final byte ROWS = 1;
    static final byte BOUND = 2;

    private static final byte[] NO_VALUE = {};

    private final TopSpec spec;
    private final int limit;
    private final RankKeys keys;
    private final RowCodec codec;
    private final KeyValueStore store;
    private final Sequence sequence;

    /** Null if rows are only added. */
    private final @Nullable UniqueRows unique;

    RunningTop(TopSpec spec, OperatorContext context) {
        this.spec = spec;
        this.limit = spec.limit();
        this.keys = new RankKeys(spec);
        this.codec = new RowCodec(spec.input());
        this.store = context.store(spec.name());
        this.sequence = new Sequence(store);
        this.unique = spec.uniqueKey() == null ? null : new UniqueRows(spec.input(), spec.uniqueKey(), store);
    }

    @Override
    public void process(int port, Row row, Output out) {
        if (unique == null) {
            spec.checkInsert(row);
            byte[] place = keys.place(row.values(), sequence.peek());
            new Change(keys.group(ROWS, row.values()), null, place, row, out).apply();
        } else if (row.kind() == RowKind.DELETE) {
            delete(unique, row, out);
        } else if (row.kind() != RowKind.UPDATE_BEFORE) {
            replace(unique, row, out);
        }
    }

    /** Only the number of arrivals is not in the store yet. */
    @Override
    public void flush(Output out) {
        sequence.save();
    }

    private void delete(UniqueRows rows, Row row, Output out) {
        byte[] key = rows.key(row.values());
        UniqueRows.Location before = rows.get(key);
        if (before != null) {
            rows.delete(key);
            new Change(before.group(), before.place(), null, row, out).apply();
        }
    }

    private void replace(UniqueRows rows, Row row, Output out) {
        byte[] key = rows.key(row.values());
        UniqueRows.Location before = rows.get(key);
        byte[] group = keys.group(ROWS, row.values());
        byte[] place = keys.place(row.values(), sequence.peek());
        byte[] replaced = null;
        if (before != null && Arrays.equals(before.group(), group)) {
            replaced = before.place();
            byte[] same = RankKeys.arrivedAs(place, replaced);
            if (Arrays.equals(same, replaced)) {
                new Change(group, replaced, replaced, row, out).apply();
                return;
            }
        } else if (before != null) {
            new Change(before.group(), before.place(), null, row, out).apply();
        }
        rows.put(key, group, place);
        new Change(group, replaced, place, row, out).apply();
    }

    /** One row of one group removed, added, or both. */
    private final class Change {
        private final byte[] group;
        private final byte @Nullable [] removed;
        private final byte @Nullable [] added;
        private final Row row;
        private final Output out;

        Change(byte[] group, byte @Nullable [] removed, byte @Nullable [] added, Row row, Output out) {
            this.group = group;
            this.removed = removed;
            this.added = added;
            this.row = row;
            this.out = out;
        }

        void apply() {
            byte[] boundKey = group.clone();
            boundKey[0] = BOUND;
            byte[] bound = store.get(boundKey);
            boolean isBehind = bound != null && isBehind(removed, bound) && isBehind(added, bound);
            if (isBehind && unique == null) {
                return;
            }
            byte[] value = added == null ? NO_VALUE : codec.encode(row.values());
            if (isBehind) {
                write(value);
                return;
            }
            List<Ranked> before = first();
            write(value);
            List<Ranked> after = changed(before, value);
            emitChanges(before, after);
            if (unique == null && after.size() > limit) {
                store.delete(OrderedBytes.concat(group, after.get(limit).place));
            }
            byte[] newBound = after.size() < limit ? null : after.get(limit - 1).place;
            if (newBound == null && bound != null) {
                store.delete(boundKey);
            } else if (newBound != null && !Arrays.equals(newBound, bound)) {
                store.put(boundKey, newBound);
            }
        }

        private static boolean isBehind(byte @Nullable [] place, byte[] bound) {
            return place == null || OrderedBytes.compare(place, bound) > 0;
        }

        private void write(byte[] value) {
            if (removed != null && !Arrays.equals(removed, added)) {
                store.delete(OrderedBytes.concat(group, removed));
            }
            if (added != null) {
                store.put(OrderedBytes.concat(group, added), value);
                if (added != removed) {
                    sequence.taken();
                }
            }
        }

        /** The rows that count, and one more. */
        private List<Ranked> first() {
            List<Ranked> first = new ArrayList<>();
            try (Cursor rows = store.scan(group, OrderedBytes.prefixEnd(group))) {
                while (first.size() <= limit && rows.next()) {
                    byte[] key = rows.key();
                    first.add(new Ranked(Arrays.copyOfRange(key, group.length, key.length), rows.value()));
                }
            }
            return first;
        }

        /** The rows that count after the change, and perhaps more. */
        private List<Ranked> changed(List<Ranked> before, byte[] value) {
            List<Ranked> after = new ArrayList<>(before.size() + 1);
            Ranked toAdd = added == null ? null : new Ranked(added, value);
            for (Ranked ranked : before) {
                if (toAdd != null && OrderedBytes.compare(toAdd.place, ranked.place) <= 0) {
                    after.add(toAdd);
                    toAdd = null;
                }
                if (removed == null || !Arrays.equals(removed, ranked.place)) {
                    after.add(ranked);
                }
            }
            if (toAdd != null) {
                after.add(toAdd);
            }
            return after;
        }

        private void emitChanges(List<Ranked> before, List<Ranked> after) {
            for (int i = 0; i < limit; i++) {
                Ranked was = i < before.size() ? before.get(i) : null;
                Ranked is = i < after.size() ? after.get(i) : null;
                if (is == null) {
                    if (was == null) {
                        return;
                    }
                    emit(RowKind.DELETE, was, i);
                } else if (was == null) {
                    emit(RowKind.INSERT, is, i);
                } else if (!Arrays.equals(was.value, is.value)) {
                    emit(RowKind.UPDATE_AFTER, is, i);
                }
            }
        }

        private void emit(RowKind kind, Ranked ranked, int index) {
            @Nullable Object[] values = codec.decode(ranked.value, 0);
            @Nullable Object[] result = Arrays.copyOf(values, values.length + 1);
            result[values.length] = index + 1L;
            out.emit(new Row(kind, row.timeMs(), result));
        }
    }

    private static final class Ranked {
        private final byte[] place;
        private final byte[] value;

        Ranked(byte[] place, byte[] value) {
            this.place = place;
            this.value = value;
        }
    }
}
