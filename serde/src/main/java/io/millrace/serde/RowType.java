package io.millrace.serde;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The columns of a stream, in order, with distinct names. */
public record RowType(List<Column> columns) {
    public RowType {
        columns = List.copyOf(columns);
        Map<String, Column> seen = new HashMap<>();
        for (Column column : columns) {
            if (seen.put(column.name(), column) != null) {
                throw new IllegalArgumentException("two columns are named \"" + column.name() + "\"");
            }
        }
    }

    public static RowType of(Column... columns) {
        return new RowType(List.of(columns));
    }

    public int size() {
        return columns.size();
    }

    public Column column(int index) {
        return columns.get(index);
    }

    /** The place of the column called {@code name}, or -1. */
    public int indexOf(String name) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    public List<String> names() {
        return columns.stream().map(Column::name).toList();
    }

    @Override
    public String toString() {
        return columns.stream()
                .map(c -> c.name() + " " + c.type().sql() + (c.nullable() ? "" : " NOT NULL"))
                .collect(Collectors.joining(", "));
    }
}
