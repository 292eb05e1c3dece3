package io.millrace.serde;

import java.util.List;

/**
 * A SQL type and the Java class of its values. Every value may be null unless its {@link Column} says NOT NULL.
 *
 * <p>Times are kept to the millisecond. A type has one representation everywhere, the one that compiled expressions use.
 */
public sealed interface DataType {

    /** The type as it is written in a job, for example {@code DECIMAL(10, 2)}. {@link DataTypes#parse} reads it back. */
    String sql();

    /**
     * Whether values that {@link RowCodec} wrote as {@code before} can be read as {@code now}: the same type, or at its end, or at that of a
     * ROW in it, nullable columns have been added, which then read as NULL; and a column that was NOT NULL may be nullable by now.
     */
    static boolean reads(DataType before, DataType now) {
        if (before instanceof Array old && now instanceof Array grown) {
            return reads(old.element(), grown.element());
        }
        if (before instanceof MapOf old && now instanceof MapOf grown) {
            // Two keys that differ must not become one, nor one two.
            return old.key().equals(grown.key()) && reads(old.value(), grown.value());
        }
        if (!(before instanceof Struct old && now instanceof Struct grown)) {
            return before.equals(now);
        }
        int size = old.row().size();
        for (int i = 0; i < grown.row().size(); i++) {
            Column is = grown.row().column(i);
            if (i < size ? !old.row().column(i).isReadAs(is) : !is.nullable()) {
                return false;
            }
        }
        return size <= grown.row().size();
    }

    /** Types without parameters. */
    enum Scalar implements DataType {
        /** {@link Boolean}. */
        BOOLEAN,
        /** {@link Byte}. */
        TINYINT,
        /** {@link Short}. */
        SMALLINT,
        /** {@link Integer}. */
        INT,
        /** {@link Long}. */
        BIGINT,
        /** {@link Float}. */
        FLOAT,
        /** {@link Double}. */
        DOUBLE,
        /** {@link String}. */
        STRING,
        /** {@code byte[]}. */
        BYTES,
        /** {@link Integer}: days since 1970-01-01. */
        DATE,
        /** {@link Integer}: milliseconds of the day. */
        TIME,
        /** {@link Long}: milliseconds since 1970-01-01T00:00:00 of a zone-less wall clock. */
        TIMESTAMP,
        /** {@link Long}: an instant, milliseconds since 1970-01-01T00:00:00Z. */
        TIMESTAMP_LTZ;

        @Override
        public String sql() {
            return name();
        }
    }

    /** {@link java.math.BigDecimal} of exactly {@code scale}; precision 1 to 38, scale 0 to precision. */
    record Decimal(int precision, int scale) implements DataType {
        public Decimal {
            if (precision < 1 || precision > 38 || scale < 0 || scale > precision) {
                throw new IllegalArgumentException("DECIMAL(" + precision + ", " + scale
                        + "): precision must be 1 to 38 and scale 0 to the precision");
            }
        }

        @Override
        public String sql() {
            return "DECIMAL(" + precision + ", " + scale + ")";
        }
    }

    /** {@link List} of the element's class; elements may be null. */
    record Array(DataType element) implements DataType {
        @Override
        public String sql() {
            return "ARRAY<" + element.sql() + ">";
        }
    }

    /** {@link java.util.Map}; keys are never null, values may be. */
    record MapOf(DataType key, DataType value) implements DataType {
        @Override
        public String sql() {
            return "MAP<" + key.sql() + ", " + value.sql() + ">";
        }
    }

    /** {@code Object[]}, one per column of {@code row}. */
    record Struct(RowType row) implements DataType {
        @Override
        public String sql() {
            return "ROW<" + String.join(", ", fields()) + ">";
        }

        private List<String> fields() {
            return row.columns().stream()
                    .map(column ->
                            quoted(column.name()) + " " + column.type().sql() + (column.nullable() ? "" : " NOT NULL"))
                    .toList();
        }

        private static String quoted(String name) {
            return TypeParser.isPlainName(name) ? name : '`' + name.replace("`", "``") + '`';
        }
    }
}
