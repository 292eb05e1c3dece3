package io.millrace.serde;

/** A named, typed place in a row. Names are case-sensitive. */
public record Column(String name, DataType type, boolean nullable) {
    public Column {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a column needs a name");
        }
    }

    /** Whether {@code now} is this column and can hold all that this one held. */
    boolean isReadAs(Column now) {
        return name.equals(now.name) && (now.nullable || !nullable) && DataType.reads(type, now.type);
    }

    /** A nullable column. */
    public Column(String name, DataType type) {
        this(name, type, true);
    }
}
