package io.millrace.engine.operator.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.operator.OperatorContract;
import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.Tally;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import org.junit.jupiter.api.Test;

class TransformOperatorsTest {
    private static final RowPredicate EVEN = row -> (Integer) row.values()[0] % 2 == 0;
    private static final RowFunction HALVED = row -> new Object[] {12 / (Integer) row.values()[0]};

    @Test
    void filter_keeps_the_rows_for_which_the_condition_is_true() {
        OperatorContract contract = OperatorContract.of(FilterOperator.of("even", EVEN));
        for (int i = 0; i < 20; i++) {
            contract.feed(Row.of(i, i)).checkpoint(i);
        }
        assertThat(contract.verify(1)).hasSize(10).allMatch(EVEN::test);
    }

    @Test
    void map_replaces_the_values_and_keeps_kind_and_time() {
        Row update = new Row(RowKind.UPDATE_AFTER, 7, new Object[] {4});
        assertThat(OperatorContract.of(MapOperator.of("half", HALVED))
                        .feed(Row.of(3, 2), update)
                        .verify(2))
                .containsExactly(Row.of(3, 6), new Row(RowKind.UPDATE_AFTER, 7, new Object[] {3}));
    }

    @Test
    void a_row_that_cannot_be_evaluated_is_reported_and_dropped() {
        OperatorRun map = new OperatorRun(MapOperator.of("half", HALVED));
        map.feed(Row.of(1, 0), Row.of(2, 3));
        assertThat(map.checkpoint(0)).containsExactly(Row.of(2, 4));
        assertThat(map.count(Tally.Kind.ERRORS)).isEqualTo(1);

        OperatorRun filter = new OperatorRun(FilterOperator.of("even", EVEN));
        filter.feed(Row.of(1, "text"), Row.of(2, 4));
        assertThat(filter.checkpoint(0)).containsExactly(Row.of(2, 4));
        assertThat(filter.count(Tally.Kind.ERRORS)).isEqualTo(1);
    }
}
