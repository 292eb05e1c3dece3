package io.millrace.engine.operator.process;

import io.millrace.api.Emitter;
import io.millrace.api.RowBuilder;
import io.millrace.api.RowView;
import io.millrace.serde.Row;
import io.millrace.serde.RowType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One way out of a step of custom code. */
final class StepEmitter implements Emitter {
    private final Emissions emissions;
    private final Call call;
    private final @Nullable String side;
    private final boolean connected;
    private final String where;
    private final ColumnValue[] columns;
    private final Map<String, Integer> places = new HashMap<>();
    private final RowType type;
    private final Builder builder;

    /** @param side null for the main output */
    StepEmitter(Emissions emissions, Call call, @Nullable String side, boolean connected, RowType type) {
        this.emissions = emissions;
        this.call = call;
        this.side = side;
        this.connected = connected;
        this.type = type;
        this.where = side == null ? "output" : "side output \"" + side + "\"";
        this.columns = new ColumnValue[type.size()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = new ColumnValue(where, type.column(i));
            places.put(type.column(i).name(), i);
        }
        this.builder = new Builder(columns.length);
    }

    @Nullable
    String side() {
        return side;
    }

    /** Forgets a row that was begun and not ended. */
    void restart() {
        builder.clear();
    }

    @Override
    public void emit(@Nullable Object... values) {
        emitAt(call.timeMs(), values);
    }

    @Override
    public void emitAt(long timeMs, @Nullable Object... values) {
        if (values.length != columns.length) {
            throw new IllegalArgumentException(
                    where + ": " + values.length + " values for the " + columns.length + " columns " + type);
        }
        @Nullable Object[] fitted = new Object[columns.length];
        for (int i = 0; i < fitted.length; i++) {
            fitted[i] = columns[i].fitNullable(values[i]);
        }
        add(timeMs, fitted);
    }

    private void add(long timeMs, @Nullable Object[] fitted) {
        if (connected) {
            emissions.add(this, Row.of(timeMs, fitted));
        }
    }

    @Override
    public RowBuilder row() {
        builder.clear();
        return builder;
    }

    @Override
    public Emitter side(String name) {
        return emissions.side(name);
    }

    private final class Builder implements RowBuilder {
        private final @Nullable Object[] values;
        private boolean timed;
        private long timeMs;

        Builder(int columnCount) {
            this.values = new Object[columnCount];
        }

        void clear() {
            Arrays.fill(values, null);
            timed = false;
        }

        @Override
        public RowBuilder set(String column, @Nullable Object value) {
            Integer place = places.get(column);
            if (place == null) {
                throw new IllegalArgumentException(where + ": there is no column \"" + column + "\" among " + type);
            }
            values[place] = columns[place].fitNullable(value);
            return this;
        }

        @Override
        public RowBuilder copy(RowView row) {
            RowType from = row.type();
            for (int i = 0; i < from.size(); i++) {
                Integer place = places.get(from.column(i).name());
                if (place != null) {
                    values[place] = columns[place].fitNullable(row.get(i));
                }
            }
            return this;
        }

        @Override
        public RowBuilder at(long rowTimeMs) {
            timed = true;
            timeMs = rowTimeMs;
            return this;
        }

        @Override
        public void emit() {
            for (int i = 0; i < values.length; i++) {
                if (values[i] == null) {
                    columns[i].fitNullable(null);
                }
            }
            add(timed ? timeMs : call.timeMs(), values.clone());
            clear();
        }
    }
}
