package io.millrace.app.test;

import io.millrace.config.DidYouMean;
import io.millrace.config.TestUpdate;
import io.millrace.config.TestValue;
import io.millrace.config.Text;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import io.millrace.serde.ScalarText;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Values as tests write them, and as columns hold them. A time of day is one of the test's date, in UTC. */
record TypedValues(LocalDate date) {
    /** A value that is not of its column's type. */
    static final class MisfitException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Text at;
        private final @Nullable String hint;

        MisfitException(Text at, String message, @Nullable String hint) {
            super(message);
            this.at = at;
            this.hint = hint;
        }

        Text at() {
            return at;
        }

        @Nullable
        String hint() {
            return hint;
        }
    }

    /** The class that {@link DataType} names. @throws MisfitException if it is none of this type */
    @Nullable
    Object read(TestValue value, DataType type) {
        if (value instanceof TestValue.Absent) {
            return null;
        }
        if (value instanceof TestValue.Single single && ScalarText.isScalar(type)) {
            return scalar(single.at(), type);
        }
        if (value instanceof TestValue.Many many && type instanceof DataType.Array array) {
            List<@Nullable Object> items = new ArrayList<>();
            many.items().forEach(item -> items.add(read(item, array.element())));
            return items;
        }
        if (value instanceof TestValue.Named named && type instanceof DataType.Struct struct) {
            return fields(named, struct.row());
        }
        if (value instanceof TestValue.Named named && type instanceof DataType.MapOf map) {
            Map<Object, @Nullable Object> entries = new LinkedHashMap<>();
            named.entries().forEach((key, item) -> entries.put(scalar(key, map.key()), read(item, map.value())));
            return entries;
        }
        throw new MisfitException(value.at(), "this must be of type " + type.sql(), null);
    }

    private @Nullable Object[] fields(TestValue.Named named, RowType row) {
        @Nullable Object[] fields = new @Nullable Object[row.size()];
        named.entries().forEach((name, item) -> {
            int place = row.indexOf(name.value());
            if (place < 0) {
                throw new MisfitException(
                        name, "no field '" + name.value() + "'", DidYouMean.hint(name.value(), row.names()));
            }
            fields[place] = read(item, row.column(place).type());
        });
        return fields;
    }

    /** An instant; a time of day is one of the test's date. */
    long instant(Text text) {
        return (Long) scalar(text, Scalar.TIMESTAMP_LTZ);
    }

    private Object scalar(Text text, DataType type) {
        String written = text.value();
        boolean timeOfDay = written.matches("\\d\\d?:\\d\\d(:\\d\\d(\\.\\d+)?)?");
        boolean timestamp = type == Scalar.TIMESTAMP || type == Scalar.TIMESTAMP_LTZ;
        try {
            if (timeOfDay && (timestamp || type == Scalar.BIGINT)) {
                String padded = written.indexOf(':') == 1 ? "0" + written : written;
                return ScalarText.parse(Scalar.TIMESTAMP_LTZ, date + "T" + padded);
            }
            return ScalarText.parse(type, written);
        } catch (IllegalArgumentException e) {
            throw new MisfitException(text, "'" + text + "' is not of type " + type.sql(), hint(type));
        }
    }

    private static @Nullable String hint(DataType type) {
        boolean timestamp = type == Scalar.TIMESTAMP || type == Scalar.TIMESTAMP_LTZ;
        return timestamp ? "write 10:00:05, or 2026-01-31T10:00:05" : null;
    }

    /** Whether a column holds what is written. Of a ROW only the fields that are written count. */
    boolean matches(TestValue written, DataType type, @Nullable Object value) {
        if (written instanceof TestValue.Absent || value == null) {
            return written instanceof TestValue.Absent && value == null;
        }
        if (written instanceof TestValue.Many many && type instanceof DataType.Array array) {
            List<?> items = (List<?>) value;
            if (items.size() != many.items().size()) {
                return false;
            }
            for (int i = 0; i < items.size(); i++) {
                if (!matches(many.items().get(i), array.element(), items.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (written instanceof TestValue.Named named && type instanceof DataType.Struct struct) {
            @Nullable Object[] fields = (@Nullable Object[]) value;
            return named.entries().entrySet().stream().allMatch(entry -> {
                int place = struct.row().indexOf(entry.getKey().value());
                return matches(entry.getValue(), struct.row().column(place).type(), fields[place]);
            });
        }
        Object wanted = read(written, type);
        return wanted instanceof byte[] bytes ? Arrays.equals(bytes, (byte[]) value) : Objects.equals(wanted, value);
    }

    /** As a test would write it, in one line. Instants of the test's date are times of day. */
    String show(DataType type, @Nullable Object value) {
        if (value == null) {
            return "null";
        }
        if (type instanceof DataType.Array array) {
            List<String> items = new ArrayList<>();
            ((List<?>) value).forEach(item -> items.add(show(array.element(), item)));
            return "[" + String.join(", ", items) + "]";
        }
        List<String> entries = new ArrayList<>();
        if (type instanceof DataType.Struct struct) {
            @Nullable Object[] fields = (@Nullable Object[]) value;
            for (int i = 0; i < fields.length; i++) {
                Column column = struct.row().column(i);
                entries.add(TestUpdate.word(column.name()) + ": " + show(column.type(), fields[i]));
            }
        } else if (type instanceof DataType.MapOf map) {
            ((Map<?, ?>) value)
                    .forEach((key, item) -> entries.add(show(map.key(), key) + ": " + show(map.value(), item)));
        } else {
            return TestUpdate.word(text(type, value));
        }
        return "{" + String.join(", ", entries) + "}";
    }

    private String text(DataType type, Object value) {
        String text = ScalarText.format(type, value);
        if (type != Scalar.TIMESTAMP && type != Scalar.TIMESTAMP_LTZ) {
            return text;
        }
        String shortest = text.replaceFirst("Z$", "").replaceFirst("\\.000$", "");
        String today = date + "T";
        return shortest.startsWith(today) ? shortest.substring(today.length()) : shortest;
    }
}
