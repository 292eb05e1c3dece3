package io.millrace.engine.operator.process;

import io.millrace.api.Processor;
import io.millrace.api.ProcessorContext;
import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.Output;
import io.millrace.serde.EncodeException;
import io.millrace.serde.KeyCodec;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import io.millrace.state.OrderedBytes;
import io.millrace.state.StateUnavailableException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs custom code. Each call of it is a small transaction of its own: what it writes and emits is held back, and counts when it returns; when it throws,
 * the record follows the error policy as if the call had not been.
 *
 * <p>Event time is taken to stand at a timer's time while it fires, not at the watermark that made it due. So what a timer sees of state that expires does
 * not depend on how far the watermark has jumped, and neither do the results. That is why timers fire first and state expires after.
 *
 * <p>Firing may be interrupted by a full output. Where it stopped is kept in the store, since a timer may have registered others before that place: to go on
 * from the first timer there is would fire these too early.
 */
public final class ProcessOperator implements Operator {
    private static final byte[] NO_KEY = {};

    private final ProcessSpec spec;
    private final OperatorContext context;
    private final Processor processor;
    private final ClassLoader loader;
    private final Call call;
    private final Emissions emissions;
    private final View row;
    private final View key;
    private final int[] by;
    private final HostedContext hosted;

    /** Null, as what follows, for a step without keys. */
    private final @Nullable KeyValueStore store;

    private final KeyCodec keyCodec;
    private final HostedContext.@Nullable Keyed keyed;
    private Progress progress = Progress.through(ProcessorContext.NO_WATERMARK);

    private ProcessOperator(ProcessSpec spec, Supplier<? extends Processor> code, OperatorContext context) {
        this.spec = spec;
        this.context = context;
        this.processor = code.get();
        this.loader = processor.getClass().getClassLoader();
        this.store = spec.isKeyed() ? context.store(spec.name()) : null;
        this.call = new Call(spec.name(), store);
        this.emissions = new Emissions(call, spec.declaration(), spec.connected());
        this.row = new View(spec.input());
        this.key = new View(spec.key());
        this.by = spec.by().stream().mapToInt(Integer::intValue).toArray();
        this.keyCodec = spec.keyCodec();
        this.keyed = store == null ? null : keyed(store);
        this.hosted = new HostedContext(spec, context, row, call, keyed);
        if (store != null) {
            progress = Progress.load(store);
        }
        call.begin(null, progress.throughMs(), progress.throughMs());
        open();
    }

    /**
     * @param code makes an object of the class for each task
     * @throws IllegalArgumentException if a key column has no order
     */
    public static OperatorFactory of(ProcessSpec spec, Supplier<? extends Processor> code) {
        spec.keyCodec();
        return context -> new ProcessOperator(spec, code, context);
    }

    /** How many entries of state and timers there are in a step's store. Looks at all of them: for tests. */
    public static int entries(KeyValueStore store) {
        int entries = 0;
        for (byte kind : StateKeys.ENTRIES) {
            try (Cursor cursor = store.scan(new byte[] {kind}, StateKeys.end(kind))) {
                while (cursor.next()) {
                    entries++;
                }
            }
        }
        return entries;
    }

    private HostedContext.Keyed keyed(KeyValueStore of) {
        return new HostedContext.Keyed(
                new StateDeclarations(spec.name(), of),
                new Due(),
                new Timers(StateKeys.EVENT_TIMER, call, of, this::fireEventTimer),
                new Timers(StateKeys.PROCESSING_TIMER, call, of, this::fireProcessingTimer));
    }

    private void open() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            processor.open(hosted);
        } catch (StateUnavailableException e) {
            throw e;
        } catch (Exception | LinkageError e) {
            throw new CustomCodeException(
                    "step " + spec.name() + ": " + spec.className() + " could not be opened: " + text(e), e);
        } finally {
            thread.setContextClassLoader(before);
        }
        hosted.opened();
    }

    @Override
    public void process(int port, Row input, Output out) {
        if (input.kind() != RowKind.INSERT && !spec.declaration().takesUpdates()) {
            throw new IllegalStateException(spec.name() + " was planned over a stream of updates, but "
                    + spec.className() + " only takes INSERT rows and got " + input.kind());
        }
        byte[] keyAtHand;
        try {
            keyAtHand = store == null ? NO_KEY : keyCodec.encode(input.values(), by);
        } catch (EncodeException e) {
            context.failed(spec.name(), e);
            return;
        }
        row.show(input.kind(), input.timeMs(), input.values());
        call.begin(keyAtHand, input.timeMs(), progress.throughMs());
        run(Entry.ROW, 0, out);
    }

    private void fireEventTimer(long timeMs, byte[] keyAtHand, byte[] value, Output out) {
        key.show(RowKind.INSERT, timeMs, keyCodec.decode(keyAtHand));
        call.begin(keyAtHand, timeMs, Math.max(timeMs, progress.throughMs()));
        run(Entry.EVENT_TIMER, timeMs, out);
    }

    private void fireProcessingTimer(long timeMs, byte[] keyAtHand, byte[] value, Output out) {
        long throughMs = progress.throughMs();
        long aheadMs = throughMs == Long.MAX_VALUE ? throughMs : throughMs + 1;
        long eventTimeMs = Math.max(OrderedBytes.readLong(value, 0), aheadMs);
        key.show(RowKind.INSERT, eventTimeMs, keyCodec.decode(keyAtHand));
        call.begin(keyAtHand, eventTimeMs, throughMs);
        run(Entry.PROCESSING_TIMER, timeMs, out);
    }

    /** Calls custom code, and makes what it did count or not. */
    private void run(Entry entry, long timeMs, Output out) {
        Throwable thrown = null;
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            switch (entry) {
                case ROW -> processor.process(row, emissions.main());
                case EVENT_TIMER -> processor.onEventTimer(timeMs, key, emissions.main());
                case PROCESSING_TIMER -> processor.onProcessingTimer(timeMs, key, emissions.main());
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            throw new CustomCodeException("step " + spec.name() + ": " + spec.className() + " was interrupted", e);
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            thrown = e;
        } finally {
            thread.setContextClassLoader(before);
            call.end();
        }
        if (thrown == null) {
            call.apply();
            emissions.release(out);
        } else {
            emissions.discard();
            call.discard();
            context.failed(spec.name(), asRuntime(thrown));
        }
    }

    private RuntimeException asRuntime(Throwable thrown) {
        return thrown instanceof RuntimeException runtime
                ? runtime
                : new CustomCodeException(spec.className() + " has thrown " + text(thrown), thrown);
    }

    private static String text(Throwable thrown) {
        return thrown instanceof IllegalStateException || thrown instanceof IllegalArgumentException
                ? String.valueOf(thrown.getMessage())
                : thrown.toString();
    }

    @Override
    public boolean advance(long watermarkMs, Output out) {
        long throughMs = Math.max(watermarkMs, progress.throughMs());
        if (store == null || keyed == null) {
            progress = Progress.through(throughMs);
            return true;
        }
        Timers timers = keyed.eventTimers();
        while (progress.lastFired() != null || timers.isDue(throughMs)) {
            boolean done = timers.fire(throughMs, progress.lastFired(), out);
            if (!done && timers.lastFired() == progress.lastFired()) {
                return false;
            }
            if (!done || progress.lastFired() != null) {
                progress = new Progress(progress.throughMs(), timers.lastFired());
                progress.save(store);
            }
            if (!done) {
                return false;
            }
        }
        if (throughMs > progress.throughMs()) {
            progress = Progress.through(throughMs);
            progress.save(store);
        }
        return expire(store, keyed.expiry(), out);
    }

    private boolean expire(KeyValueStore from, Due due, Output out) {
        long throughMs = progress.throughMs();
        if (!due.isDue(throughMs)) {
            return true;
        }
        byte[] start = StateKeys.timed(StateKeys.EXPIRY, due.nextMs());
        due.clear();
        try (Cursor listings = from.scan(start, StateKeys.end(StateKeys.EXPIRY))) {
            while (listings.next()) {
                byte[] listing = listings.key();
                long timeMs = StateKeys.timeOf(listing);
                if (timeMs > throughMs || out.isFull()) {
                    due.add(timeMs);
                    return timeMs > throughMs;
                }
                from.delete(listing);
                Entries.expire(from, listing, throughMs, due);
            }
        }
        return true;
    }

    @Override
    public boolean tick(Output out) {
        if (keyed == null) {
            return true;
        }
        long nowMs = context.nowMs();
        return !keyed.processingTimers().isDue(nowMs)
                || keyed.processingTimers().fire(nowMs, null, out);
    }

    @Override
    public long nextTickMs() {
        return keyed == null ? Long.MAX_VALUE : keyed.processingTimers().nextMs();
    }

    @Override
    public void close() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            processor.close();
        } catch (Exception | LinkageError e) {
            if (e instanceof InterruptedException) {
                thread.interrupt();
            }
            throw new CustomCodeException(
                    "step " + spec.name() + ": " + spec.className() + " could not be closed: " + text(e), e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** By which method custom code is entered. */
    private enum Entry {
        ROW,
        EVENT_TIMER,
        PROCESSING_TIMER
    }
}
