package io.millrace.plan.expression;

import io.millrace.serde.Column;
import io.millrace.serde.DataTypes;
import io.millrace.serde.Row;
import io.millrace.serde.RowType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A row with a column of every type, and with names that SQL uses itself. */
final class SampleRow {
    /** 2023-11-14 22:13:32.345. */
    static final long TIME_MS = 1_700_000_012_345L;

    private static final List<Column> COLUMNS = new ArrayList<>();
    private static final List<@Nullable Object> VALUES = new ArrayList<>();

    static {
        add("b", "BOOLEAN", true);
        add("i", "INT", 7);
        add("n", "BIGINT", 5_000_000_000L);
        add("d", "DOUBLE", 2.5);
        add("f", "FLOAT", 1.5f);
        add("s", "STRING", "Hello");
        add("m", "DECIMAL(10, 2)", new BigDecimal("12.50"));
        add("ts", "TIMESTAMP", TIME_MS);
        add("lt", "TIMESTAMP_LTZ", TIME_MS);
        add("dt", "DATE", 19_675);
        add("tm", "TIME", 3_600_000);
        add("raw", "BYTES", new byte[] {1, 2});
        add("tags", "ARRAY<STRING>", List.of("a", "b"));
        add("attrs", "MAP<STRING, INT>", Map.of("k", 3));
        add("addr", "ROW<city STRING, zip INT>", new Object[] {"Bonn", 53_111});
        add("blobs", "ARRAY<BYTES>", List.of(new byte[] {3}));
        add("user", "STRING", "u1");
        add("value", "INT", 42);
        add("timestamp", "TIMESTAMP", TIME_MS);
        add("date", "DATE", 19_675);
        add("day", "INT", 3);
        add("end", "INT", 9);
        add("two words", "INT", 2);
        add("sm", "SMALLINT", (short) 3);
        add("ti", "TINYINT", (byte) 2);
        add("nothing", "STRING", null);
        add("nn", "INT NOT NULL", 1);
    }

    private SampleRow() {}

    static RowType columns() {
        return new RowType(COLUMNS);
    }

    static Row row() {
        return Row.of(TIME_MS, VALUES.toArray());
    }

    /** A value as the expected results write it. */
    static String text(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return Arrays.toString(bytes);
        }
        if (value instanceof Object[] row) {
            return Arrays.deepToString(row);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(SampleRow::text).toList().toString();
        }
        return String.valueOf(value);
    }

    private static void add(String name, String type, @Nullable Object value) {
        COLUMNS.add(DataTypes.parseColumn(type).named(name));
        VALUES.add(value);
    }
}
