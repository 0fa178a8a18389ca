// assembly/shared/ is compiled by asc and by tsc: these are asc's names for its integers.
declare type i32 = number;
declare type usize = number;
declare type u8 = number;
