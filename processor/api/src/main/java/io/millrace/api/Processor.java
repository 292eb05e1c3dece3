package io.millrace.api;

import io.millrace.serde.RowType;

/**
 * Custom code in a job: the class behind a {@code process} step. It takes the rows of the stream one by one and emits any number of rows for each;
 * it may keep state and set timers for the key of the row at hand.
 *
 * <pre>{@code
 * // - process: {name: loud, class: com.acme.Loud, by: [user_id], config: {threshold: 3}}
 * public final class Loud implements Processor {
 *     private ValueState<Long> count;
 *     private long threshold;
 *     private int userId;
 *
 *     public Declaration declare(RowType input, Configuration config) {
 *         config.getLong("threshold"); // a wrong value is an error before the job starts
 *         return Declaration.of(RowType.of(new Column("user_id", STRING), new Column("events", BIGINT)))
 *                 .keyed()
 *                 .configuredBy("threshold");
 *     }
 *
 *     public void open(ProcessorContext context) {
 *         threshold = context.config().getLong("threshold");
 *         userId = context.column("user_id");
 *         count = context.valueState("count", StateType.BIGINT, Duration.ofDays(1));
 *     }
 *
 *     public void process(RowView row, Emitter out) {
 *         Long before = count.get();
 *         long events = before == null ? 1 : before + 1;
 *         count.set(events);
 *         if (events == threshold) {
 *             out.emit(row.getString(userId), events);
 *         }
 *     }
 * }
 * }</pre>
 *
 * <h2>Exactly once</h2>
 *
 * The code may run more than once for a record; its effects on state and output count once. State, timers, output and the positions in the input
 * are committed together at each checkpoint, or not at all. After any checkpoint the object may be thrown away and another one be made
 * and opened over the committed state: <b>what is only in fields is lost</b>, so keep there nothing but what {@link #open} can make again.
 * Whatever reaches outside of the job (a call to another system, a static variable) is not part of this, and also holds up all other
 * records of the worker for as long as it takes.
 *
 * <h2>Errors</h2>
 *
 * If a method throws, everything that this call has written, registered and emitted is taken back, and the record follows the job's
 * error policy: with {@code errors.tolerance: none} the job stops, with {@code all} the record goes to the dead-letter topic, if there is one, and
 * processing goes on with the next. A timer whose method throws does not fire again. The exception's message ends up in logs and headers:
 * leave the row's content out of it.
 *
 * <h2>Threads</h2>
 *
 * One object serves one task, and all its methods are called by one thread at a time, not always the same one. Several objects of the class exist at
 * once, one per task. The class needs a public constructor without parameters, which should do nothing.
 */
public interface Processor {
    /**
     * Says what the step emits and what it needs. Called on an object of its own when the job is validated, and never followed by
     * {@link #open} there: no state and no time exist yet. By default the step emits rows with its input's columns and
     * any configuration goes.
     *
     * @param input the columns of the rows that {@link #process} will get
     * @throws ConfigurationException if the configuration is wrong; the job's author sees the message at the place in the file
     * @throws IllegalArgumentException if the input does not fit; likewise
     */
    default Declaration declare(RowType input, Configuration config) {
        return Declaration.of(input);
    }

    /**
     * Gets ready: looks up columns, reads the configuration, and asks for all the state that the class will use. Called once, before everything
     * but {@link #declare}. There is no key here, so state can be asked for, but not read or written.
     *
     * @param context stays valid until {@link #close}
     * @throws Exception if it cannot work; the job stops
     */
    default void open(ProcessorContext context) throws Exception {}

    /**
     * Takes one row. Rows of one key come in the order in which they were written to Kafka, for each partition that they come from; there is no order
     * by event time.
     *
     * @param row valid only during the call
     * @param out where rows go; valid only during the call
     * @throws Exception see the class comment
     */
    void process(RowView row, Emitter out) throws Exception;

    /**
     * A timer registered with {@link ProcessorContext#registerEventTimer} is due: event time has come to it. Timers fire once, in the order of their time,
     * with state and timers being those of the key that had registered it.
     *
     * @param key the columns of {@code by}; its time is the timer's. Valid only during the call
     * @param out emits with the timer's time by default
     * @throws Exception see the class comment
     */
    default void onEventTimer(long timeMs, RowView key, Emitter out) throws Exception {
        throw new UnsupportedOperationException(
                getClass().getName() + " has registered a timer of event time, but does not override onEventTimer");
    }

    /**
     * A timer registered with {@link ProcessorContext#registerProcessingTimer} is due: the wall clock has come to it. How many rows had been processed by
     * then differs from run to run, so what it emits may, too.
     *
     * @param key the columns of {@code by}. Valid only during the call
     * @param out emits by default with the event time of the row or timer that registered this timer, or with the first time ahead of the
     *     watermark if that is later
     * @throws Exception see the class comment
     */
    default void onProcessingTimer(long timeMs, RowView key, Emitter out) throws Exception {
        throw new UnsupportedOperationException(getClass().getName()
                + " has registered a timer of processing time, but does not override onProcessingTimer");
    }

    /**
     * The task goes away, or is rebuilt: lets go of what {@link #open} has opened. Not called if the process is killed. State cannot be
     * written any more.
     *
     * @throws Exception is logged and otherwise ignored
     */
    default void close() throws Exception {}
}
