package io.millrace.engine.operator.top;

import io.millrace.serde.BinaryWriter;
import io.millrace.serde.DataType;
import io.millrace.serde.KeyCodec;
import io.millrace.serde.RowType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row's group and its place in the group, as bytes.
 *
 * <p>The place is the values that the row is ordered by and the number of its arrival; places sort as rows rank. A value is in the form
 * of {@link KeyCodec}, inverted if it descends: since no value's bytes begin another's, two of them differ at a byte that both have,
 * and the inverted bytes sort the other way. A NULL is one byte that is less, or greater, than the first byte of any value, which is
 * 0x01 or, inverted, 0xFE.
 */
final class RankKeys {
    private static final byte NULL_FIRST = 0;
    private static final byte NULL_LAST = (byte) 0xFF;

    private final KeyCodec groupCodec;
    private final int[] groupColumns;
    private final List<Order> order;
    private final KeyCodec[] orderCodecs;
    private final int[][] orderColumns;

    /** Where in the place each column begins, and the last one ends. */
    private final int[] starts;

    private final BinaryWriter writer = new BinaryWriter();

    /** @throws IllegalArgumentException if a column's type has no order */
    RankKeys(TopSpec spec) {
        this.groupCodec = new KeyCodec(
                new RowType(spec.by().stream().map(spec.input()::column).toList()));
        this.groupColumns = spec.by().stream().mapToInt(Integer::intValue).toArray();
        this.order = spec.order();
        this.orderCodecs = order.stream().map(by -> codec(spec, by)).toArray(KeyCodec[]::new);
        this.orderColumns = order.stream().map(by -> new int[] {by.column()}).toArray(int[][]::new);
        this.starts = new int[order.size() + 1];
    }

    private static KeyCodec codec(TopSpec spec, Order by) {
        RowType column = RowType.of(spec.input().column(by.column()));
        DataType type = column.column(0).type();
        if (type instanceof DataType.Array || type instanceof DataType.MapOf || type instanceof DataType.Struct) {
            throw new IllegalArgumentException(spec.name() + ": rows cannot be ordered by column \""
                    + column.column(0).name() + "\", which is " + type.sql() + ": order by a value inside it");
        }
        return new KeyCodec(column);
    }

    /** The key of a row's group of a kind. No group's key begins another's. */
    byte[] group(byte kind, @Nullable Object[] row) {
        writer.clear();
        writer.writeByte(kind);
        groupCodec.encode(row, groupColumns, writer);
        return writer.toByteArray();
    }

    /** The same of a group in a slice. */
    byte[] group(byte kind, long sliceEndMs, @Nullable Object[] row) {
        writer.clear();
        writer.writeByte(kind);
        writer.writeFixedLong(sliceEndMs ^ Long.MIN_VALUE);
        groupCodec.encode(row, groupColumns, writer);
        return writer.toByteArray();
    }

    /** A row's place: less than that of any row that ranks behind it. */
    byte[] place(@Nullable Object[] row, long arrival) {
        writer.clear();
        for (int i = 0; i < orderCodecs.length; i++) {
            starts[i] = writer.size();
            orderCodecs[i].encode(row, orderColumns[i], writer);
        }
        starts[orderCodecs.length] = writer.size();
        writer.writeFixedLong(arrival);
        byte[] place = writer.toByteArray();
        for (int i = 0; i < orderCodecs.length; i++) {
            Order by = order.get(i);
            if (row[by.column()] == null) {
                place[starts[i]] = by.nullsFirst() ? NULL_FIRST : NULL_LAST;
            } else if (by.descending()) {
                invert(place, starts[i], starts[i + 1]);
            }
        }
        return place;
    }

    /** The place of a row that comes with the same order as an earlier one: that one's. */
    static byte[] arrivedAs(byte[] place, byte[] earlier) {
        byte[] same = place.clone();
        System.arraycopy(earlier, earlier.length - Long.BYTES, same, same.length - Long.BYTES, Long.BYTES);
        return same;
    }

    /** The other way round: what sorted first sorts last. */
    static byte[] inverted(byte[] place) {
        byte[] inverted = place.clone();
        invert(inverted, 0, inverted.length);
        return inverted;
    }

    private static void invert(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            bytes[i] = (byte) ~bytes[i];
        }
    }
}
