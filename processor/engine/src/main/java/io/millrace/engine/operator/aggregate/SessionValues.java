package io.millrace.engine.operator.aggregate;

import io.millrace.engine.operator.Output;
import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import io.millrace.state.OrderedBytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which values the DISTINCT calls of sessions have seen, an entry per value, in numbered sets. A session begins with one set, whose number
 * is the session's start: no session of the group can ever begin there again while this one is in the store.
 *
 * <p>When sessions merge, the values of the smaller one are gone through once, to count those that the other has not seen. If they are
 * few they are moved. If they are many they stay where they are, as moving them would take as much memory as there are values in the
 * open transaction; the merged session then has the sets of both, and a value is new to it if it is in none of them.
 */
final class SessionValues implements Accumulators.Seen {
    /** Sets of sessions of up to so many rows are moved. */
    static final int MOVED_ROWS = 1024;

    /** No session has more sets, as each is looked into for each row: further ones are moved, however large. */
    static final int MAX_SETS = 32;

    private static final byte[] NOTHING = {};

    private final KeyValueStore store;
    private final DistinctValues distinct;
    private final Accumulators accumulators;
    private byte[] groupKey = NOTHING;
    private byte[] firstSet = NOTHING;
    private long[] sets = Session.NO_SETS;

    SessionValues(KeyValueStore store, Accumulators accumulators) {
        this.store = store;
        this.accumulators = accumulators;
        this.distinct = new DistinctValues(store, accumulators.distinctTypes());
    }

    /** Turns to another session. */
    SessionValues of(byte[] ofGroup, long[] ofSets) {
        groupKey = ofGroup;
        sets = ofSets;
        firstSet = ofSets.length == 0 ? NOTHING : SessionKeys.set(ofGroup, ofSets[0]);
        return this;
    }

    @Override
    public boolean addIfNew(int call, Object argument) {
        byte[] value = distinct.entry(firstSet, call, argument);
        if (store.get(value) != null || isInAny(value, groupKey, sets, 1, sets.length)) {
            return false;
        }
        store.put(value, NOTHING);
        return true;
    }

    /**
     * Feeds the DISTINCT calls of {@code into} with the values of {@code from} that it has not seen, and returns the sets of a session that
     * is both.
     */
    long[] union(byte[] ofGroup, Session into, Session from) {
        long[] all = Arrays.copyOf(into.sets(), into.sets().length + from.sets().length);
        System.arraycopy(from.sets(), 0, all, into.sets().length, from.sets().length);
        int kept = from.rows() <= MOVED_ROWS ? into.sets().length : Math.min(all.length, MAX_SETS);
        for (int i = into.sets().length; i < all.length; i++) {
            addSet(ofGroup, all, i, i >= kept, into.group());
        }
        return Arrays.copyOf(all, kept);
    }

    private void addSet(byte[] ofGroup, long[] all, int at, boolean move, @Nullable Object[] group) {
        byte[] set = SessionKeys.set(ofGroup, all[at]);
        try (Cursor values = store.scan(set, OrderedBytes.prefixEnd(set))) {
            while (values.next()) {
                byte[] value = values.key();
                boolean isNew = !isInAny(value, ofGroup, all, 0, at);
                if (isNew) {
                    distinct.addTo(group, value, set.length, accumulators);
                }
                if (move) {
                    store.delete(value);
                }
                if (move && isNew) {
                    store.put(SessionKeys.inSet(value, ofGroup, all[0]), NOTHING);
                }
            }
        }
    }

    /** Removes all values of a session; false if it stopped early because the output is full. */
    boolean remove(byte[] ofGroup, Session session, Output out) {
        for (long number : session.sets()) {
            byte[] set = SessionKeys.set(ofGroup, number);
            try (Cursor values = store.scan(set, OrderedBytes.prefixEnd(set))) {
                while (values.next()) {
                    if (out.isFull()) {
                        return false;
                    }
                    store.delete(values.key());
                }
            }
        }
        return true;
    }

    private boolean isInAny(byte[] value, byte[] ofGroup, long[] numbers, int from, int to) {
        for (int i = from; i < to; i++) {
            if (store.get(SessionKeys.inSet(value, ofGroup, numbers[i])) != null) {
                return true;
            }
        }
        return false;
    }
}
