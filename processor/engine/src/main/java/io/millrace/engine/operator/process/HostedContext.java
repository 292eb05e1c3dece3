package io.millrace.engine.operator.process;

import io.millrace.api.Configuration;
import io.millrace.api.ListState;
import io.millrace.api.MapState;
import io.millrace.api.ProcessorContext;
import io.millrace.api.StateType;
import io.millrace.api.ValueState;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.serde.DataType;
import io.millrace.serde.RowType;
import io.millrace.state.OrderedBytes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a hosted processor sees of its operator. */
final class HostedContext implements ProcessorContext {
    private final ProcessSpec spec;
    private final OperatorContext context;
    private final View view;
    private final Call call;
    private final @Nullable Keyed keyed;
    private boolean opening = true;

    /** @param keyed null for a step without keys */
    HostedContext(ProcessSpec spec, OperatorContext context, View view, Call call, @Nullable Keyed keyed) {
        this.spec = spec;
        this.context = context;
        this.view = view;
        this.call = call;
        this.keyed = keyed;
    }

    /** From now on no more state can be asked for. */
    void opened() {
        opening = false;
    }

    @Override
    public String step() {
        return spec.name();
    }

    @Override
    public RowType input() {
        return spec.input();
    }

    @Override
    public int column(String name) {
        return view.indexOf(name);
    }

    @Override
    public Configuration config() {
        return spec.config();
    }

    @Override
    public <T> ValueState<T> valueState(String name, StateType<T> type) {
        return value(name, type, Long.MAX_VALUE);
    }

    @Override
    public <T> ValueState<T> valueState(String name, StateType<T> type, Duration ttl) {
        return value(name, type, ttlMs(name, ttl));
    }

    @Override
    public <T> ListState<T> listState(String name, StateType<T> type) {
        return list(name, type, Long.MAX_VALUE);
    }

    @Override
    public <T> ListState<T> listState(String name, StateType<T> type, Duration ttl) {
        return list(name, type, ttlMs(name, ttl));
    }

    @Override
    public <K, V> MapState<K, V> mapState(String name, StateType<K> key, StateType<V> value) {
        return map(name, key, value, Long.MAX_VALUE);
    }

    @Override
    public <K, V> MapState<K, V> mapState(String name, StateType<K> key, StateType<V> value, Duration ttl) {
        return map(name, key, value, ttlMs(name, ttl));
    }

    private <T> ValueState<T> value(String name, StateType<T> type, long ttlMs) {
        byte[] prefix = declare(StateKeys.VALUE, name, type.dataType());
        return new StoredValue<>(entries(name, type.dataType(), ttlMs), prefix);
    }

    private <T> ListState<T> list(String name, StateType<T> type, long ttlMs) {
        byte[] prefix = declare(StateKeys.LIST, name, type.dataType());
        return new StoredList<>(entries(name, type.dataType(), ttlMs), prefix, StateKeys.counter(name));
    }

    private <K, V> MapState<K, V> map(String name, StateType<K> key, StateType<V> value, long ttlMs) {
        byte[] prefix = declare(StateKeys.MAP, name, new DataType.MapOf(key.dataType(), value.dataType()));
        return new StoredMap<>(entries(name, value.dataType(), ttlMs), prefix, key.dataType());
    }

    private Entries entries(String name, DataType type, long ttlMs) {
        return new Entries(call, keyed().expiry, name, type, ttlMs);
    }

    private byte[] declare(byte kind, String name, DataType type) {
        if (!opening) {
            throw new IllegalStateException(
                    "step " + spec.name() + ": state \"" + name + "\" is asked for too late; ask for it in open");
        }
        return keyed().declarations.declare(kind, name, type);
    }

    private long ttlMs(String name, Duration ttl) {
        if (ttl.toMillis() < 1) {
            throw new IllegalArgumentException("step " + spec.name() + ": state \"" + name
                    + "\" needs a time to live of at least 1 ms, not " + ttl);
        }
        return ttl.toMillis();
    }

    @Override
    public void registerEventTimer(long timeMs) {
        keyed().eventTimers.register(timeMs, new byte[0]);
    }

    @Override
    public void deleteEventTimer(long timeMs) {
        keyed().eventTimers.delete(timeMs);
    }

    @Override
    public void registerProcessingTimer(long timeMs) {
        keyed().processingTimers.register(timeMs, OrderedBytes.ofLong(call.timeMs()));
    }

    @Override
    public void deleteProcessingTimer(long timeMs) {
        keyed().processingTimers.delete(timeMs);
    }

    @Override
    public long watermarkMs() {
        return call.eventTimeMs();
    }

    @Override
    public long processingTimeMs() {
        return context.nowMs();
    }

    private Keyed keyed() {
        if (keyed == null) {
            call.buffer();
            throw new IllegalStateException("a step without keys has a buffer");
        }
        return keyed;
    }

    /** What a step has that has keys. */
    record Keyed(StateDeclarations declarations, Due expiry, Timers eventTimers, Timers processingTimers) {}
}
