package io.millrace.serde;

/** SQL type text to {@link DataType}. */
public final class DataTypes {
    private DataTypes() {}

    /**
     * The type written as {@code text}; letter case does not matter.
     *
     * <p>Known: BOOLEAN; TINYINT, SMALLINT, INT or INTEGER, BIGINT; FLOAT or REAL, DOUBLE [PRECISION]; DECIMAL or NUMERIC
     * [(p[, s])], by default (10, 0); STRING, VARCHAR[(n)], CHAR[(n)]; BYTES, VARBINARY[(n)], BINARY[(n)]; DATE; TIME[(p)];
     * TIMESTAMP[(p)] [WITHOUT TIME ZONE]; TIMESTAMP_LTZ[(p)] or TIMESTAMP[(p)] WITH LOCAL TIME ZONE; ARRAY&lt;t&gt;;
     * MAP&lt;k, v&gt;; ROW&lt;name type [NOT NULL], ...&gt;. Lengths of strings and precisions of times are read and not
     * enforced. NOT NULL inside ARRAY and MAP is read and not kept.
     *
     * @throws IllegalArgumentException if it is not a type; the message names the offset and what was expected there
     */
    public static DataType parse(String text) {
        return new TypeParser(text).parseType();
    }

    /**
     * A type and, after it, an optional NULL or NOT NULL.
     *
     * @throws IllegalArgumentException as {@link #parse}
     */
    public static ColumnType parseColumn(String text) {
        return new TypeParser(text).parseColumnType();
    }

    /** What stands after a column's name. */
    public record ColumnType(DataType type, boolean nullable) {
        public Column named(String name) {
            return new Column(name, type, nullable);
        }
    }
}
