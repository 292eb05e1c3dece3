package io.millrace.plan.expression;

import io.millrace.config.Text;
import io.millrace.serde.DataType;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexVisitorImpl;

/** A checked expression over a stream's columns. */
public final class Expression {
    private final Text text;
    private final RexNode rex;
    private final DataType type;
    private final boolean nullable;

    Expression(Text text, RexNode rex, DataType type, boolean nullable) {
        this.text = text;
        this.rex = rex;
        this.type = type;
        this.nullable = nullable;
    }

    /** As it was written. */
    public Text text() {
        return text;
    }

    public DataType type() {
        return type;
    }

    public boolean nullable() {
        return nullable;
    }

    /** The index of the column that the expression is, or -1 if it computes something. */
    public int column() {
        return rex instanceof RexInputRef ref ? ref.getIndex() : -1;
    }

    /** The indexes of the columns that it reads. */
    public Set<Integer> columns() {
        Set<Integer> columns = new TreeSet<>();
        rex.accept(new RexVisitorImpl<Void>(true) {
            @Override
            public Void visitInputRef(RexInputRef ref) {
                columns.add(ref.getIndex());
                return super.visitInputRef(ref);
            }
        });
        return columns;
    }

    /**
     * The same over rows that hold only some of the columns.
     *
     * @param kept the indexes of the columns that are left, in their new order
     */
    public Expression reading(List<Integer> kept) {
        RexNode moved = rex.accept(new RexShuttle() {
            @Override
            public RexNode visitInputRef(RexInputRef ref) {
                int place = kept.indexOf(ref.getIndex());
                if (place < 0) {
                    throw new IllegalStateException(text + " reads a column that was left out");
                }
                return new RexInputRef(place, ref.getType());
            }
        });
        return new Expression(text, moved, type, nullable);
    }

    RexNode rex() {
        return rex;
    }

    @Override
    public String toString() {
        return text.value();
    }
}
