/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/view/counter_view.h"

#include "common/number.h"

void
counter_view_advance(CounterView *view, uint64_t now)
{
    view->shown = number_add(view->shown, number_sub(now, view->last));
    view->last = now;
}
