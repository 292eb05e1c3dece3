package io.millrace.engine.operator.aggregate;

import io.millrace.engine.operator.LateRows;
import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.Output;
import io.millrace.engine.operator.Tally;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import io.millrace.state.Cursor;
import io.millrace.state.Expiry;
import io.millrace.state.KeyValueStore;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates by key and session. A session's result comes when event time passes its end, with the time {@code end - 1}: FINAL, an INSERT
 * unless early results were given out.
 *
 * <p>A row extends and joins the sessions that its own window overlaps or touches, and only if what comes out of that is past its lateness
 * is the row late. If the row falls into a session that has fired, it corrects the result: by an UPDATE_AFTER if the session stays
 * what it is; otherwise by a DELETE of the result of each fired session that it changes, exactly as it was given out, and an INSERT of the
 * result of the new one, at once (CORRECTED) if that one has ended too, or when it fires. Early results of open sessions (EARLY) are
 * taken back in the same way, so a view by key and either bound never holds two results of one session.
 *
 * <p><b>How it keeps time.</b> Sessions fire by timers in a time-ordered index. Nearly every row moves the end of a session, and moving a
 * timer with it would cost two writes to the index per row. So a timer stays where it was set: when its time comes, the session that holds
 * this time is looked at, and if that ends later by now, it gets a new timer, there. A session that rows keep alive so has about one timer
 * per gap. The timers that a session fired by serve again, {@code lateness} later, to remove it; then they go by expiry, and since
 * walks begin behind the time that the last one reached, only once per gap. Where several sessions have become one, one of their timers
 * counts and the others are passed over.
 *
 * <p>Unlike with windows that are cut at fixed times, each millisecond of progress can decide whether a row is late. So progress is written
 * whenever event time moves on: one entry per checkpoint.
 */
public final class SessionAggregate implements Operator {
    /** Event time never gets further: all sessions have ended and all latenesses passed. */
    private static final long HORIZON_MS = -SessionProgress.NEVER_MS;

    private static final byte[] NOTHING = {};

    private final AggregateSpec spec;
    private final OperatorContext context;
    private final long gapMs;
    private final long latenessMs;
    private final boolean updates;

    /** 0 if there are no early results by the clock. */
    private final long earlyEveryMs;

    private final Accumulators accumulators;
    private final boolean hasDistinct;
    private final SessionKeys keys;
    private final KeyValueStore store;
    private final SessionGroup group;
    private final SessionValues values;
    private final LateRows late;
    private final Tally onTime;
    private final Tally corrected;

    private SessionProgress progress;

    /** No session that was due to be removed by then is left; to the gap, it is in the store as the mark of timers' expiry. */
    private long removedThroughMs;

    /** The last timer whose session was removed after that; null if there is none. */
    private byte @Nullable [] lastRemoved;

    /** What changes since the last early results are noted under. */
    private long generation;

    /** Whether there can be such changes. */
    private boolean anyChanged = true;

    private long nextEarlyMs;

    /** The last change whose early result was given out before the output was full; null if there is none. */
    private byte @Nullable [] lastEarly;

    private SessionAggregate(AggregateSpec spec, SessionWindows windows, OperatorContext context) {
        this.spec = spec;
        this.context = context;
        this.gapMs = windows.gapMs();
        this.latenessMs = spec.latenessMs();
        this.updates = spec.emit() instanceof Emit.Updates;
        this.earlyEveryMs = spec.emit() instanceof Emit.Early early ? early.everyMs() : 0;
        this.accumulators = new Accumulators(spec);
        this.hasDistinct = accumulators.hasDistinct();
        this.keys = new SessionKeys(spec);
        this.store = context.store(spec.name());
        this.group = new SessionGroup(store, new SessionCodec(spec, accumulators));
        this.values = new SessionValues(store, accumulators);
        this.late = new LateRows(context, spec.name(), spec.lateTopic());
        this.onTime = context.tally(Tally.Kind.ON_TIME, spec.name());
        this.corrected = context.tally(Tally.Kind.CORRECTED, spec.name());
        this.progress = SessionProgress.load(store);
        this.removedThroughMs = expiredBefore(SessionKeys.TIMER, SessionProgress.NEVER_MS + 1) - 1;
        if (earlyEveryMs > 0) {
            this.generation = expiredBefore(SessionKeys.CHANGED, 0);
            this.nextEarlyMs = context.nowMs() + earlyEveryMs;
        }
    }

    /**
     * @throws IllegalArgumentException if {@code spec} has no session windows, {@code input} is not rows, or a call's function and types do
     *     not go together
     */
    public static OperatorFactory of(AggregateSpec spec, AggregateInput input) {
        if (!(spec.windows() instanceof SessionWindows windows)) {
            throw new IllegalArgumentException(spec.name() + " has no session windows");
        }
        if (input != AggregateInput.ROWS) {
            throw new IllegalArgumentException(
                    spec.name() + " has session windows, whose bounds are only known where all rows of a"
                            + " key meet, so it cannot take partial results: plan it in one phase");
        }
        new Accumulators(spec);
        return context -> new SessionAggregate(spec, windows, context);
    }

    @Override
    public void process(int port, Row row, Output out) {
        Rows.checkInsert(spec, row);
        long timeMs = row.timeMs();
        if (timeMs < -SlicedWindows.MAX_TIME_MS || timeMs > SlicedWindows.MAX_TIME_MS) {
            context.failed(spec.name(), Rows.timeOutOfRange());
            return;
        }
        @Nullable Object[] columns = row.values();
        group.open(keys.group(columns));
        List<Session> touched = group.touching(timeMs, timeMs + gapMs);
        if (touched.isEmpty() && timeMs + gapMs - 1 + latenessMs <= progress.firedThroughMs()) {
            late.add(1, timeMs, progress.firedThroughMs());
            return;
        }
        long startMs =
                touched.isEmpty() ? timeMs : Math.min(timeMs, touched.get(0).startMs());
        long endMs = touched.isEmpty()
                ? timeMs + gapMs
                : Math.max(timeMs + gapMs, last(touched).endMs());
        boolean isSame = touched.size() == 1 && touched.get(0).spans(startMs, endMs);
        boolean corrects = hasFired(endMs);
        if (!isSame) {
            corrects |= takeBack(touched, columns, out);
        }
        Session session = joined(touched, startMs, endMs);
        accumulators.addRow(session.group(), columns, values.of(group.key(), session.sets()));
        if (session.timerMs() <= progress.firedThroughMs() && session.timerMs() != session.lastMs()) {
            setTimer(session);
        }
        if (hasFired(endMs)) {
            emit(isSame ? RowKind.UPDATE_AFTER : RowKind.INSERT, Finality.CORRECTED, result(columns, session), out);
        } else if (updates) {
            emit(isSame ? RowKind.UPDATE_AFTER : RowKind.INSERT, Finality.EARLY, result(columns, session), out);
        } else if (earlyEveryMs > 0 && !session.isChanged()) {
            noteChange(session);
        }
        group.put(session, touched);
        (corrects ? corrected : onTime).add(1);
    }

    @Override
    public boolean advance(long watermarkMs, Output out) {
        long throughMs = Math.min(watermarkMs, HORIZON_MS);
        if (throughMs > progress.firedThroughMs()) {
            if (!fire(throughMs, out)) {
                return false;
            }
            progress = SessionProgress.through(throughMs);
            progress.save(store);
        }
        return removeDue(out);
    }

    @Override
    public boolean tick(Output out) {
        if (!anyChanged || earlyEveryMs == 0 || context.nowMs() < nextEarlyMs) {
            return true;
        }
        byte[] from = lastEarly == null ? Expiry.end(SessionKeys.CHANGED, generation) : after(lastEarly);
        try (Cursor changes = store.scan(from, Expiry.end(SessionKeys.CHANGED, generation + 1))) {
            while (changes.next()) {
                byte[] change = changes.key();
                if (out.isFull() || !giveOutEarly(change, out)) {
                    return false;
                }
                lastEarly = change;
            }
        }
        if (lastEarly != null) {
            generation++;
            store.expireBefore(SessionKeys.CHANGED, generation);
        }
        lastEarly = null;
        anyChanged = false;
        nextEarlyMs = context.nowMs() + earlyEveryMs;
        return true;
    }

    @Override
    public long nextTickMs() {
        return anyChanged && earlyEveryMs > 0 ? nextEarlyMs : Long.MAX_VALUE;
    }

    /**
     * Takes back the results of sessions that are no more; returns whether one of them had fired. One result that was given out early by
     * the clock stays until the next one takes its place.
     */
    private boolean takeBack(List<Session> gone, @Nullable Object[] columns, Output out) {
        boolean fired = false;
        boolean keepsEarly = false;
        for (Session session : gone) {
            if (hasFired(session.endMs())) {
                fired = true;
                emit(RowKind.DELETE, Finality.CORRECTED, result(columns, session), out);
            } else if (updates) {
                emit(RowKind.DELETE, Finality.EARLY, result(columns, session), out);
            } else if (session.early() != null) {
                if (keepsEarly) {
                    emit(RowKind.DELETE, Finality.EARLY, withKey(columns, session.early()), out);
                }
                keepsEarly = true;
            }
        }
        return fired;
    }

    /** What becomes of the sessions that a row touches; the accumulators of the one with the most rows go on as its. */
    private Session joined(List<Session> touched, long startMs, long endMs) {
        if (touched.isEmpty()) {
            long[] sets = hasDistinct ? new long[] {startMs} : Session.NO_SETS;
            return new Session(startMs, endMs, sets, accumulators.newGroup());
        }
        Session first = touched.get(0);
        Session last = last(touched);
        Session most = first.rows() >= last.rows() ? first : last;
        long[] sets = most.sets();
        if (first != last) {
            Session other = most == first ? last : first;
            if (hasDistinct) {
                sets = values.union(group.key(), most, other);
            }
            accumulators.mergePlain(most.group(), other.group());
        }
        Session session = new Session(startMs, endMs, sets, most.group());
        session.timerMs(last.timerMs());
        session.early(first.early() != null ? first.early() : last.early());
        session.changed(first.isChanged() || last.isChanged());
        return session;
    }

    private void setTimer(Session session) {
        session.timerMs(session.lastMs());
        store.put(SessionKeys.timer(group.key(), session.lastMs()), NOTHING);
    }

    private void noteChange(Session session) {
        session.changed(true);
        anyChanged = true;
        store.put(SessionKeys.changed(group.key(), generation, session.startMs()), NOTHING);
    }

    private boolean fire(long throughMs, Output out) {
        byte[] last = null;
        try (SessionTimers due = new SessionTimers(store, progress.nextTimer(), throughMs)) {
            while (due.next()) {
                if (out.isFull() || !fireAt(due, out)) {
                    if (last != null) {
                        progress = progress.stoppedAfter(last);
                        progress.save(store);
                    }
                    return false;
                }
                last = due.timer();
            }
        }
        return true;
    }

    private boolean fireAt(SessionTimers due, Output out) {
        long timeMs = due.timeMs();
        group.open(SessionKeys.groupOfTimer(due.timer()));
        Session session = group.at(timeMs);
        if (session == null || session.timerMs() != timeMs) {
            return true;
        }
        if (session.lastMs() > timeMs) {
            setTimer(session);
            group.put(session, List.of(session));
            due.added(session.lastMs());
            return true;
        }
        @Nullable Object[] columns = keys.columns(group.key());
        if (!giveOut(session, Finality.FINAL, result(columns, session), out)) {
            return false;
        }
        if (goesWhenFired()) {
            group.remove(session);
        } else if (session.early() != null || session.isChanged()) {
            session.early(null);
            session.changed(false);
            group.put(session, List.of(session));
        }
        return true;
    }

    private boolean giveOutEarly(byte[] change, Output out) {
        group.open(SessionKeys.groupOfChanged(change));
        Session session = group.at(SessionKeys.changedMs(change));
        if (session == null || !session.isChanged()) {
            return true;
        }
        @Nullable Object[] result = result(keys.columns(group.key()), session);
        if (!giveOut(session, Finality.EARLY, result, out)) {
            return false;
        }
        session.early(Arrays.copyOfRange(result, spec.keyCount(), result.length));
        session.changed(false);
        group.put(session, List.of(session));
        return true;
    }

    /** Emits the next result of an open session; false if the output became full once an earlier result was taken back. */
    private boolean giveOut(Session session, Finality finality, @Nullable Object[] result, Output out) {
        @Nullable Object[] early = session.early();
        if (early != null && !session.spans((long) early[0], (long) early[1])) {
            emit(RowKind.DELETE, Finality.EARLY, withKey(result, early), out);
            session.early(null);
            if (out.isFull()) {
                group.put(session, List.of(session));
                return false;
            }
        }
        boolean isKnown = updates || session.early() != null;
        emit(isKnown ? RowKind.UPDATE_AFTER : RowKind.INSERT, finality, result, out);
        return true;
    }

    /** Removes what no row can change any more, except for what {@link #fire} removes at once. */
    private boolean removeDue(Output out) {
        long throughMs = progress.firedThroughMs() - latenessMs;
        if (throughMs <= removedThroughMs) {
            return true;
        }
        if (!goesWhenFired()) {
            byte[] from =
                    lastRemoved == null ? Expiry.end(SessionKeys.TIMER, removedThroughMs + 1) : after(lastRemoved);
            try (Cursor due = store.scan(from, Expiry.end(SessionKeys.TIMER, throughMs + 1))) {
                while (due.next()) {
                    byte[] timer = due.key();
                    if (out.isFull() || !removeAt(timer, out)) {
                        return false;
                    }
                    lastRemoved = timer;
                }
            }
        }
        // Walks do not come here again; so many timers are left that a range per gap is enough.
        store.expireBefore(SessionKeys.TIMER, throughMs + 1 - Math.floorMod(throughMs + 1, gapMs));
        removedThroughMs = throughMs;
        lastRemoved = null;
        return true;
    }

    private boolean removeAt(byte[] timer, Output out) {
        long timeMs = SessionKeys.timerMs(timer);
        group.open(SessionKeys.groupOfTimer(timer));
        Session session = group.at(timeMs);
        if (session != null && session.lastMs() == timeMs) {
            if (!values.remove(group.key(), session, out)) {
                return false;
            }
            group.remove(session);
        }
        return true;
    }

    /** Whether a session can go in one piece as soon as it has fired. */
    private boolean goesWhenFired() {
        return latenessMs == 0 && !hasDistinct;
    }

    private boolean hasFired(long endMs) {
        return endMs - 1 <= progress.firedThroughMs();
    }

    /** @param key a row that begins with the key columns */
    private @Nullable Object[] result(@Nullable Object[] key, Session session) {
        int keyCount = spec.keyCount();
        @Nullable Object[] result = new Object[keyCount + 2 + accumulators.callCount()];
        System.arraycopy(key, 0, result, 0, keyCount);
        result[keyCount] = session.startMs();
        result[keyCount + 1] = session.endMs();
        accumulators.results(session.group(), result, keyCount + 2);
        return result;
    }

    private @Nullable Object[] withKey(@Nullable Object[] key, @Nullable Object[] result) {
        @Nullable Object[] whole = new Object[spec.keyCount() + result.length];
        System.arraycopy(key, 0, whole, 0, spec.keyCount());
        System.arraycopy(result, 0, whole, spec.keyCount(), result.length);
        return whole;
    }

    private void emit(RowKind kind, Finality finality, @Nullable Object[] result, Output out) {
        long endMs = (long) result[spec.keyCount() + 1];
        out.emit(new Row(kind, endMs - 1, finality, result));
    }

    private long expiredBefore(byte kind, long orElse) {
        byte[] mark = store.get(Expiry.mark(kind));
        return mark == null ? orElse : Expiry.timeMs(mark);
    }

    private static Session last(List<Session> sessions) {
        return sessions.get(sessions.size() - 1);
    }

    /** The smallest key after this one. */
    private static byte[] after(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }
}
