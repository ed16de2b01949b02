"""When a village is spoken to: rules, the lunar calendar, planner, clashes, calendar files. All pure, but for the alarm
clock."""
