package io.millrace.engine.operator.flatten;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.operator.OperatorContract;
import io.millrace.engine.operator.OperatorRun;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlattenOperatorTest {
    @Test
    void each_element_makes_a_row_in_order_and_a_null_element_one_with_null() {
        assertThat(OperatorContract.of(FlattenOperator.of("items", 1))
                        .feed(Row.of(5, "a", Arrays.asList(3, null, 1), true))
                        .verify(1))
                .containsExactly(Row.of(5, "a", 3, true), Row.of(5, "a", null, true), Row.of(5, "a", 1, true));
    }

    @Test
    void kind_time_and_finality_stay() {
        Row update = new Row(RowKind.DELETE, 7, Finality.CORRECTED, new Object[] {List.of("x")});
        assertThat(OperatorContract.of(FlattenOperator.of("items", 0))
                        .feed(update)
                        .verify(2))
                .containsExactly(new Row(RowKind.DELETE, 7, Finality.CORRECTED, new Object[] {"x"}));
    }

    @Test
    void null_and_empty_arrays_make_no_row() {
        assertThat(OperatorContract.of(FlattenOperator.of("items", 1))
                        .feed(Row.of(1, 1, null), Row.of(2, 2, List.of()))
                        .verify(3))
                .isEmpty();
    }

    @Test
    void a_column_that_is_no_array_is_a_planning_error() {
        OperatorRun run = new OperatorRun(FlattenOperator.of("items", 0));
        assertThatThrownBy(() -> run.feed(Row.of(1, "text")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("items was planned to flatten column 0, but that is no ARRAY: it holds a String");
        assertThatThrownBy(() -> FlattenOperator.of("items", -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("items flattens column -1, but columns count from 0");
    }
}
