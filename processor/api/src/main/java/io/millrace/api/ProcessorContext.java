package io.millrace.api;

import io.millrace.serde.RowType;
import java.time.Duration;

/**
 * What a task offers a {@link Processor}: its state, its timers and the time. Only for the thread that calls the processor.
 *
 * <p>State and timers belong to a key: the values of the columns that the step lists under {@code by}. While a row is processed it is the
 * row's key, while a timer fires the timer's. All methods for state and timers throw an {@link IllegalStateException} if
 * the step has no {@code by}.
 *
 * <p>State has a name, which it keeps for ever: what is kept under a name is found again after every restart, also of a new version of the class. The same
 * name may not be asked for twice, and not with another type than what is kept (an {@link IllegalStateException} that says which).
 * A name has 1 to 100 letters, digits, {@code _}, {@code -} and {@code .}; kinds of state do not share names.
 *
 * <p>With a time to live, an entry vanishes once event time has come {@code ttl} past the time of its last write: a value as a whole, an element of a list
 * or an entry of a map each on its own. The time of a write is that of the row or timer at hand, or the watermark if that is later; reading does not
 * count. Vanished entries are never seen again, and are removed from disk as the watermark passes them: state is then bounded by what is written within
 * {@code ttl}. Without one, entries stay until they are cleared. A step may change it from one version to the next; entries already kept go by
 * the old one until they are written again.
 */
public interface ProcessorContext {
    /** What {@link #watermarkMs} is as long as nothing is known about event time. */
    long NO_WATERMARK = Long.MIN_VALUE;

    /** The step's name. */
    String step();

    /** The columns of the rows that {@link Processor#process} gets. */
    RowType input();

    /**
     * The place of an input column, for {@link RowView}'s methods.
     *
     * @throws IllegalArgumentException if there is none of this name; the message lists the columns
     */
    int column(String name);

    Configuration config();

    /** One value per key, kept until it is cleared. Call in {@link Processor#open}. */
    <T> ValueState<T> valueState(String name, StateType<T> type);

    /**
     * One value per key. Call in {@link Processor#open}.
     *
     * @param ttl at least 1 ms
     */
    <T> ValueState<T> valueState(String name, StateType<T> type, Duration ttl);

    /** A list per key, kept until it is cleared. Call in {@link Processor#open}. */
    <T> ListState<T> listState(String name, StateType<T> type);

    /**
     * A list per key. Call in {@link Processor#open}.
     *
     * @param ttl at least 1 ms, for each element
     */
    <T> ListState<T> listState(String name, StateType<T> type, Duration ttl);

    /**
     * A map per key, kept until it is cleared. Call in {@link Processor#open}.
     *
     * @param key a type that has an order: no map
     */
    <K, V> MapState<K, V> mapState(String name, StateType<K> key, StateType<V> value);

    /**
     * A map per key. Call in {@link Processor#open}.
     *
     * @param ttl at least 1 ms, for each entry
     */
    <K, V> MapState<K, V> mapState(String name, StateType<K> key, StateType<V> value, Duration ttl);

    /**
     * Has {@link Processor#onEventTimer} called for the key at hand when event time has come to {@code timeMs}. Registering it again does nothing:
     * there is one timer per key and time. One for a time that has passed already fires as soon as event time is looked at, at the next checkpoint.
     *
     * <p>At the end of a bounded run event time goes to its end, and so all timers fire, those too which are registered meanwhile. A timer that always
     * registers the next one would keep such a run from ending: register the next one only while there is something left to do.
     *
     * @param timeMs milliseconds since 1970
     */
    void registerEventTimer(long timeMs);

    /** Takes a timer of the key at hand back. Does nothing if there is none of this time. */
    void deleteEventTimer(long timeMs);

    /**
     * Has {@link Processor#onProcessingTimer} called for the key at hand when the wall clock has come to {@code timeMs}, not before and, with a
     * checkpoint interval's precision, soon after. Timers that fell due while the job was not running fire when it does; a bounded run does not wait
     * for them. One timer per key and time.
     *
     * @param timeMs milliseconds since 1970
     */
    void registerProcessingTimer(long timeMs);

    /** Takes a timer of the key at hand back. Does nothing if there is none of this time. */
    void deleteProcessingTimer(long timeMs);

    /**
     * How far event time has come for this task, milliseconds since 1970, or {@link #NO_WATERMARK}. It moves at checkpoints only, and never back. While a
     * timer of event time fires it is that timer's time (or later, for one registered too late), however far the watermark has jumped: all
     * timers before have fired, none after. A step without {@code by} knows it again only from the first checkpoint after a restart on.
     */
    long watermarkMs();

    /** The wall clock, milliseconds since 1970. Results that depend on it differ from run to run. */
    long processingTimeMs();
}
