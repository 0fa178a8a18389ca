// assembly/shared/ is compiled by asc and by tsc: this is asc's name for its integers.
declare type i32 = number;
declare type usize = number;
