package com.acme.carts;

import io.millrace.api.Configuration;
import io.millrace.api.ConfigurationException;
import io.millrace.api.Declaration;
import io.millrace.api.Emitter;
import io.millrace.api.ListState;
import io.millrace.api.Processor;
import io.millrace.api.ProcessorContext;
import io.millrace.api.RowView;
import io.millrace.api.StateType;
import io.millrace.api.ValueState;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import java.util.List;

/**
 * Says which users have filled a cart and not checked out within {@code timeout} of the first item. A checkout without a cart goes to the side
 * output {@code unexpected}.
 */
public final class AbandonedCarts implements Processor {
    private static final String TIMEOUT = "timeout";

    private int action;
    private int item;
    private long timeoutMs;
    private ValueState<Long> filledAt;
    private ListState<String> items;
    private ProcessorContext context;

    @Override
    public Declaration declare(RowType input, Configuration config) {
        if (config.getDuration(TIMEOUT).isZero()) {
            throw new ConfigurationException(TIMEOUT, "timeout must be longer than nothing");
        }
        RowType abandoned = RowType.of(
                new Column("user_id", Scalar.STRING),
                new Column("filled_at", Scalar.TIMESTAMP_LTZ, false),
                new Column("items", new DataType.Array(Scalar.STRING), false));
        return Declaration.of(abandoned).withSide("unexpected", input).keyed().configuredBy(TIMEOUT);
    }

    @Override
    public void open(ProcessorContext opened) {
        context = opened;
        action = opened.column("action");
        item = opened.column("item");
        timeoutMs = opened.config().getDuration(TIMEOUT).toMillis();
        filledAt = opened.valueState("filled_at", StateType.TIMESTAMP_LTZ);
        items = opened.listState("items", StateType.STRING);
    }

    @Override
    public void process(RowView row, Emitter out) {
        switch (String.valueOf(row.getString(action))) {
            case "add" -> add(row);
            case "checkout" -> {
                if (filledAt.get() == null) {
                    out.side("unexpected").row().copy(row).emit();
                }
                empty();
            }
            default -> throw new IllegalArgumentException("the action is neither add nor checkout");
        }
    }

    private void add(RowView row) {
        if (filledAt.get() == null) {
            filledAt.set(row.timeMs());
            context.registerEventTimer(row.timeMs() + timeoutMs);
        }
        items.add(String.valueOf(row.getString(item)));
    }

    private void empty() {
        Long since = filledAt.get();
        if (since != null) {
            context.deleteEventTimer(since + timeoutMs);
            filledAt.clear();
            items.clear();
        }
    }

    @Override
    public void onEventTimer(long timeMs, RowView key, Emitter out) {
        List<String> left = items.toList();
        out.emit(key.getString("user_id"), filledAt.get(), left);
        empty();
    }
}
